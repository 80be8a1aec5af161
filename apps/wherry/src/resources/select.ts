import type { Session } from '../connection/session.ts';
import { CliError, isStatusReason, statusOf } from '../cli/errors.ts';
import type { Io } from '../cli/io.ts';
import { parseSelection } from './arguments.ts';
import { readManifests, type Manifest } from './manifests.ts';
import {
  UnknownResource,
  apiVersionOf,
  findByKind,
  findByWord,
  resolveTypes,
  resourcePath,
  type ApiResource,
} from './mapping.ts';
import type { Unstructured } from './unstructured.ts';

/** One object that a command is about. */
export interface Info {
  readonly resource: ApiResource;
  /** Undefined for what lives in no namespace. */
  readonly namespace: string | undefined;
  readonly name: string;
  /** What the manifest or the list said; undefined when only the name is known. */
  readonly object?: Unstructured;
  /** The manifest's file; empty for what was named on the command line. */
  readonly source: string;
}

export interface SelectOptions {
  readonly args: readonly string[];
  readonly filenames?: readonly string[];
  readonly recursive?: boolean;
  readonly selector?: string;
  readonly fieldSelector?: string;
  readonly allNamespaces?: boolean;
  /** All objects of the types, without a selector. */
  readonly all?: boolean;
  /** What the command does, for messages: get, delete, ... */
  readonly verb: string;
  /** The type meant when an operand is a bare name: logs NAME, rollout NAME. */
  readonly defaultType?: string;
}

/** Types to list, or objects that were named. */
export type Chosen =
  | { readonly kind: 'lists'; readonly resources: readonly ApiResource[]; readonly namespace: string | undefined }
  | { readonly kind: 'objects'; readonly infos: readonly Info[] };

/** Reads a command's operands and files, without asking for any object yet. */
export async function choose(session: Session, io: Io, options: SelectOptions): Promise<Chosen> {
  if (options.filenames?.length) {
    if (options.args.length > 0) {
      throw new CliError(
        `when paths, URLs, or stdin is provided as input, you may not specify resource arguments as well`,
      );
    }
    const { recursive = false, verb } = options;
    const manifests = await readManifests(options.filenames, { recursive, verb }, io);
    const infos: Info[] = [];
    for (const manifest of manifests) infos.push(await infoOfManifest(session, manifest));
    return { kind: 'objects', infos };
  }
  const args = options.defaultType ? withDefaultType(options.args, options.defaultType) : options.args;
  const selection = parseSelection(args);
  if (selection.kind === 'none') {
    throw new CliError(`You must provide one or more resources by argument or filename.
Example resource specifications include:
   '-f rsrc.yaml'
   '--filename=rsrc.json'
   '<resource> <name>'
   '<resource>'`);
  }
  const resources = await session.resources();
  const scopeOf = async (r: ApiResource): Promise<string | undefined> =>
    r.namespaced ? await session.namespace() : undefined;
  if (selection.kind === 'pairs') {
    if (options.selector || options.fieldSelector)
      throw new CliError('selectors and the all flag cannot be used when passing resource/name arguments');
    const infos: Info[] = [];
    for (const { type, name } of selection.pairs) {
      const resource = requireResource(resources, type);
      infos.push({ resource, namespace: await scopeOf(resource), name, source: '' });
    }
    return { kind: 'objects', infos };
  }
  const types = resolveOrRefuse(resources, selection.types);
  if (selection.names.length === 0) {
    if (!options.selector && !options.fieldSelector && !options.all) {
      throw new CliError('resource(s) were provided, but no name was specified');
    }
    return {
      kind: 'lists',
      resources: types,
      namespace: options.allNamespaces ? undefined : await session.namespace(),
    };
  }
  if (options.selector) throw new CliError('name cannot be provided when a selector is specified');
  if (options.all) throw new CliError("setting 'all' parameter but found a non empty selector. ".trim());
  if (options.allNamespaces) {
    throw new CliError('a resource cannot be retrieved by name across all namespaces');
  }
  const infos: Info[] = [];
  for (const resource of types) {
    const namespace = await scopeOf(resource);
    for (const name of selection.names) infos.push({ resource, namespace, name, source: '' });
  }
  return { kind: 'objects', infos };
}

/** The objects themselves are listed where a selector or --all was given. */
export async function selectInfos(session: Session, io: Io, options: SelectOptions): Promise<readonly Info[]> {
  const chosen = await choose(session, io, options);
  if (chosen.kind === 'objects') return chosen.infos;
  const infos: Info[] = [];
  for (const resource of chosen.resources) {
    const items = await listAll(session, resource, {
      namespace: chosen.namespace,
      ...(options.selector ? { selector: options.selector } : {}),
      ...(options.fieldSelector ? { fieldSelector: options.fieldSelector } : {}),
    });
    for (const object of items) {
      const { name = '', namespace } = object.metadata;
      infos.push({ resource, namespace, name, object, source: '' });
    }
  }
  return infos;
}

function withDefaultType(args: readonly string[], type: string): readonly string[] {
  const [first, ...rest] = args;
  return first === undefined || first.includes('/') || rest.length > 0 ? args : [`${type}/${first}`];
}

export function requireResource(resources: readonly ApiResource[], word: string): ApiResource {
  const found = findByWord(resources, word);
  if (!found) throw new CliError(new UnknownResource(word).message);
  return found;
}

export function resolveOrRefuse(resources: readonly ApiResource[], types: string): ApiResource[] {
  try {
    return resolveTypes(resources, types);
  } catch (error) {
    if (error instanceof UnknownResource) throw new CliError(error.message);
    throw error;
  }
}

async function infoOfManifest(session: Session, { object, source }: Manifest): Promise<Info> {
  const resource = findByKind(await session.resources(), object.apiVersion, object.kind);
  const { name = '', namespace } = object.metadata;
  if (!resource) {
    throw new CliError(
      `resource mapping not found for name: ${JSON.stringify(name)} namespace: ${JSON.stringify(namespace ?? '')} from ${JSON.stringify(source)}: no matches for kind ${JSON.stringify(object.kind)} in version ${JSON.stringify(object.apiVersion)}\nensure CRDs are installed first`,
    );
  }
  if (!resource.namespaced) return { resource, namespace: undefined, name, object, source };
  const asked = session.flags.namespace;
  if (asked && namespace && namespace !== asked) {
    throw new CliError(
      `the namespace from the provided object ${JSON.stringify(namespace)} does not match the namespace ${JSON.stringify(asked)}. You must pass '--namespace=${namespace}' to perform this operation.`,
    );
  }
  const home = namespace ?? (await session.namespace());
  object.metadata.namespace = home;
  return { resource, namespace: home, name, object, source };
}

export interface ListOptions {
  readonly namespace: string | undefined;
  readonly selector?: string;
  readonly fieldSelector?: string;
  readonly chunkSize?: number;
}

export function listQuery(options: ListOptions): Record<string, string | undefined> {
  return {
    labelSelector: options.selector || undefined,
    fieldSelector: options.fieldSelector || undefined,
    limit: options.chunkSize ? String(options.chunkSize) : undefined,
  };
}

/** As kubectl, says what was asked for with what the server refuses to list. */
export async function asListed<T>(resource: ApiResource, options: ListOptions, ask: Promise<T>): Promise<T> {
  try {
    return await ask;
  } catch (error) {
    const status = statusOf(error);
    if (!status || (status.reason !== 'BadRequest' && status.reason !== 'NotFound')) throw error;
    const subject = JSON.stringify(`${resource.group}/${resource.version}, Resource=${resource.plural}`);
    const { selector = '', fieldSelector = '' } = options;
    const what =
      selector === '' && fieldSelector === ''
        ? `Unable to list ${subject}`
        : `Unable to find ${subject} that match label selector ${JSON.stringify(selector)}, field selector ${JSON.stringify(fieldSelector)}`;
    const message = `${what}: ${status.message ?? ''}`;
    throw Object.assign(new Error(message), { status: { ...status, message } });
  }
}

/** Every object of a resource, fetched in pages. */
export async function listAll(session: Session, resource: ApiResource, options: ListOptions): Promise<Unstructured[]> {
  const items: Unstructured[] = [];
  const query = listQuery({ chunkSize: 500, ...options });
  let next: string | undefined;
  do {
    const asked = session.request<{
      kind?: string;
      metadata?: { continue?: string };
      items?: Unstructured[] | null;
    }>({
      method: 'GET',
      path: resourcePath(resource, options.namespace),
      query: { ...query, continue: next },
    });
    const page = await asListed(resource, options, asked);
    for (const item of page.items ?? []) {
      // Items of a typed list carry no type of their own.
      items.push({ ...item, apiVersion: apiVersionOf(resource), kind: resource.kind });
    }
    next = page.metadata?.continue || undefined;
  } while (next !== undefined);
  return items;
}

/** The live object, or undefined when there is none. */
export async function getIfThere(session: Session, info: Info): Promise<Unstructured | undefined> {
  try {
    return await getObject(session, info);
  } catch (error) {
    if (isStatusReason(error, 'NotFound')) return undefined;
    throw error;
  }
}

export async function getObject(session: Session, info: Info, subresource?: string): Promise<Unstructured> {
  return await session.request<Unstructured>({
    method: 'GET',
    path: resourcePath(info.resource, info.namespace, info.name, subresource),
  });
}
