import { parseFieldSelector, StatusError, type FieldRequirement } from '@wherry/apimachinery';
import { booleanOf } from './query-values.ts';

/** What a request asks for, read from its method and path alone, as upstream's RequestInfo. */
export interface RequestInfo {
  isResource: boolean;
  /** get, list, watch, create, update, patch, delete, deletecollection; for other paths the lower-case method. */
  verb: string;
  path: string;
  group: string;
  version: string;
  namespace: string;
  resource: string;
  subresource: string;
  name: string;
  /** Of list, watch and deletecollection, as it was sent. */
  fieldSelector?: string | undefined;
}

const methodVerbs: Readonly<Record<string, string>> = {
  GET: 'get',
  HEAD: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};
const namespaceSubresources = new Set(['status', 'finalize']);
/** Subresources whose rest of the path belongs to the target. */
const MAX_SEGMENTS = 32;

/** @returns undefined when the path is malformed (a bad percent escape, too many segments). */
export function parseRequestInfo(
  method: string,
  path: string,
  query: URLSearchParams | undefined,
): RequestInfo | undefined {
  const info: RequestInfo = {
    isResource: false,
    verb: method.toLowerCase(),
    path,
    group: '',
    version: '',
    namespace: '',
    resource: '',
    subresource: '',
    name: '',
  };
  const isApi = path.startsWith('/api/');
  if (!isApi && !path.startsWith('/apis/')) return info;
  const segments = split(path);
  if (segments === undefined) return undefined;
  let at = isApi ? 1 : 2;
  // /apis, /apis/g and /apis/g/v are discovery.
  if (segments.length < at + 2) return info;
  info.group = isApi ? '' : segments[1]!;
  info.version = segments[at]!;
  at += 1;
  info.isResource = true;
  info.verb = methodVerbs[method] ?? '';
  if (segments[at] === 'watch' && segments.length > at + 1) {
    info.verb = 'watch';
    at += 1;
  }
  if (segments[at] === 'namespaces' && segments.length > at + 1) {
    info.namespace = segments[at + 1]!;
    // /namespaces/x and its own subresources are about the Namespace itself.
    if (segments.length > at + 2 && !namespaceSubresources.has(segments[at + 2]!)) at += 2;
  }
  info.resource = segments[at] ?? '';
  info.name = segments[at + 1] ?? '';
  info.subresource = segments.slice(at + 2, at + 3).join('/');
  if (info.name === '') collectionVerb(info, query);
  return info;
}

function collectionVerb(info: RequestInfo, query: URLSearchParams | undefined): void {
  const selector = query?.get('fieldSelector') ?? undefined;
  if (info.verb === 'delete') {
    info.verb = 'deletecollection';
    info.fieldSelector = selector;
  }
  if (info.verb !== 'get') return;
  info.verb = booleanOf(query, 'watch') ? 'watch' : 'list';
  if (selector === undefined) return;
  info.fieldSelector = selector;
  // A collection restricted to one name, whatever else restricts it, is authorised as that name.
  if (selector.includes('metadata.name')) info.name = requiredName(selector);
}

function requiredName(selector: string): string {
  let terms: FieldRequirement[];
  try {
    terms = parseFieldSelector(selector);
  } catch (error) {
    // The verb will say what is wrong with it.
    if (error instanceof StatusError) return '';
    throw error;
  }
  const name = terms.find(({ field, op }) => field === 'metadata.name' && op === '=')?.value ?? '';
  return /[/%]/.test(name) || name === '.' || name === '..' ? '' : name;
}

function split(path: string): string[] | undefined {
  const raw = path.split('/');
  raw.shift();
  if (raw.at(-1) === '') raw.pop();
  if (raw.length > MAX_SEGMENTS) return undefined;
  if (!path.includes('%')) return raw;
  try {
    return raw.map(decodeURIComponent);
  } catch {
    return undefined;
  }
}
