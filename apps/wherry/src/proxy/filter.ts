import { CliError } from '../cli/errors.ts';

/** Which requests a local proxy passes on: it lends its credentials to whoever can reach it. Pure. */

export interface FilterWords {
  readonly 'accept-hosts': string;
  readonly 'accept-paths': string;
  readonly 'reject-methods': string;
  readonly 'reject-paths': string;
}

/** Upstream's; pages of other sites cannot reach it, as their host is not this one. */
export const defaultFilter: FilterWords = {
  'accept-hosts': '^localhost$,^127\\.0\\.0\\.1$,^\\[::1\\]$',
  'accept-paths': '^.*',
  'reject-methods': '^$',
  'reject-paths': '^/api/.*/pods/.*/exec,^/api/.*/pods/.*/attach',
};

export interface FilteredRequest {
  readonly method: string;
  readonly path: string;
  /** With or without its port. */
  readonly host: string;
}

export type Filter = (request: FilteredRequest) => boolean;

/** @throws {CliError} for what is no regular expression */
export function makeFilter(words: FilterWords): Filter {
  const patterns = (name: keyof FilterWords): RegExp[] =>
    words[name].split(',').map((text) => {
      try {
        return new RegExp(text);
      } catch {
        throw new CliError(`invalid regular expression for --${name}: ${text}`);
      }
    });
  const [hosts, paths, noMethods, noPaths] = (
    ['accept-hosts', 'accept-paths', 'reject-methods', 'reject-paths'] as const
  ).map(patterns) as [RegExp[], RegExp[], RegExp[], RegExp[]];
  const some = (list: readonly RegExp[], text: string): boolean => list.some((pattern) => pattern.test(text));
  return ({ method, path, host }) =>
    !some(noPaths, path) && !some(noMethods, method) && some(paths, path) && some(hosts, withoutPort(host));
}

function withoutPort(host: string): string {
  return host.replace(/:\d*$/, '');
}
