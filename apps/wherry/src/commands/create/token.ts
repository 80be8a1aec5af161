import { defineCommand } from '../../cli/command.ts';
import { CliError, statusOf } from '../../cli/errors.ts';
import { array, duration, string } from '../../cli/flags.ts';
import { makeTypedPrinter } from '../../printing/typed-printer.ts';
import { resourcePath } from '../../resources/mapping.ts';
import type { Unstructured } from '../../resources/unstructured.ts';
import { outputFlags } from '../outcome.ts';
import { builtIn, requireName } from './generated.ts';

const apiVersions: Readonly<Record<string, string>> = { Node: 'v1', Pod: 'v1', Secret: 'v1' };

export const createToken = defineCommand({
  name: 'token',
  summary: 'Request a service account token',
  usage: 'SERVICE_ACCOUNT_NAME',
  flags: {
    ...outputFlags,
    audience: array(
      'Audience of the requested token. If unset, defaults to requesting a token for use with the Kubernetes API server. May be repeated.',
    ),
    'bound-object-kind': string(
      'Kind of an object to bind the token to. Supported kinds are Node, Pod, Secret. If set, --bound-object-name must be provided.',
    ),
    'bound-object-name': string(
      'Name of an object to bind the token to. The token will expire when the object is deleted. Requires --bound-object-kind.',
    ),
    'bound-object-uid': string(
      'UID of an object to bind the token to. Requires --bound-object-kind and --bound-object-name. If unset, the UID of the existing object is used.',
    ),
    duration: duration(
      'Requested lifetime of the issued token. If not set or if set to 0, the lifetime will be determined by the server automatically.',
      0,
    ),
  },
  run: async (invocation) => {
    const { flags, session, out } = invocation;
    const name = requireName(invocation);
    const spec = { audiences: flags.audience, ...lifetime(flags.duration), boundObjectRef: boundTo(flags) };
    const accounts = builtIn('', 'ServiceAccount', 'serviceaccounts');
    const granted = await session
      .request<Unstructured & { spec: Record<string, unknown>; status: { token?: string } }>({
        method: 'POST',
        path: resourcePath(accounts, await session.namespace(), name, 'token'),
        body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec },
      })
      .catch((error: unknown) => {
        const status = statusOf(error);
        throw status ? new CliError(`failed to create token: ${status.message ?? ''}`) : error;
      });
    if (!granted.status.token) throw new CliError('failed to create token: no token in server response');
    if (!flags.output) return out(`${granted.status.token}\n`);
    const printer = await makeTypedPrinter({
      output: flags.output,
      template: flags.template,
      allowMissingKeys: flags['allow-missing-template-keys'],
      showManagedFields: flags['show-managed-fields'],
    });
    // In the order of kubectl's type, which shows the reference even where there is none.
    const { audiences, expirationSeconds, boundObjectRef = null } = granted.spec;
    out(printer.print({ ...granted, spec: { audiences, expirationSeconds, boundObjectRef } }));
  },
});

function lifetime(durationMs: number): { expirationSeconds?: number } {
  if (durationMs < 0) throw new CliError('--duration must be greater than or equal to 0');
  if (durationMs % 1000 !== 0) throw new CliError('--duration cannot be expressed in units less than seconds');
  return durationMs === 0 ? {} : { expirationSeconds: durationMs / 1000 };
}

interface BoundFlags {
  readonly 'bound-object-kind': string;
  readonly 'bound-object-name': string;
  readonly 'bound-object-uid': string;
}

function boundTo(flags: BoundFlags): object | undefined {
  const { 'bound-object-kind': kind, 'bound-object-name': name, 'bound-object-uid': uid } = flags;
  if (!kind) {
    if (name) throw new CliError('--bound-object-name can only be set if --bound-object-kind is provided');
    if (uid) throw new CliError('--bound-object-uid can only be set if --bound-object-kind is provided');
    return undefined;
  }
  if (!Object.hasOwn(apiVersions, kind)) {
    throw new CliError(`supported --bound-object-kind values are ${Object.keys(apiVersions).toSorted().join(', ')}`);
  }
  if (!name) throw new CliError('--bound-object-name is required if --bound-object-kind is provided');
  return { kind, apiVersion: apiVersions[kind], name, ...(uid ? { uid } : {}) };
}
