import { apiVersionOf, type Resource } from '../resource.ts';
import { reference, type Json } from './reference.ts';
import { groupVersionKind } from './schemas.ts';
import { subresourceBodies } from './subresource-bodies.ts';

/** The paths of the resources with each verb: kubectl looks here for the query parameters that a kind supports. */
export function pathsOf(resources: readonly Resource[]): Json {
  const paths: Json = {};
  for (const resource of resources) {
    const prefix = `/${resource.group === '' ? 'api' : 'apis'}/${apiVersionOf(resource)}`;
    const collection = `${prefix}${resource.namespaced ? '/namespaces/{namespace}' : ''}/${resource.plural}`;
    const scope = resource.namespaced ? [namespaceParameter] : [];
    if (resource.verbs?.includes('list') === false) {
      paths[collection] = { post: write(resource, 'post', idOf('create', resource)), parameters: [...scope, pretty] };
      continue;
    }
    if (resource.namespaced) {
      const verb = list(resource, `list${words(resource)}${resource.kind}ForAllNamespaces`);
      paths[`${prefix}/${resource.plural}`] = { get: verb, parameters: [pretty] };
    }
    paths[collection] = {
      get: list(resource, idOf('list', resource)),
      post: write(resource, 'post', idOf('create', resource)),
      ...(resource.noCollectionDelete === true ? {} : { delete: removeCollection(resource) }),
      parameters: [...scope, pretty],
    };
    const object = `${collection}/{name}`;
    const parameters = [...scope, nameParameter, pretty];
    paths[object] = { ...objectVerbs(resource, ''), delete: remove(resource), parameters };
    for (const name of resource.subresources) {
      paths[`${object}/${name}`] = { ...subresourceVerbs(resource, name), parameters };
    }
  }
  return paths;
}

/** Such as `replaceAppsV1NamespacedDeploymentStatus`. */
function idOf(verb: string, resource: Resource, subresource = ''): string {
  return `${verb}${words(resource)}${resource.namespaced ? 'Namespaced' : ''}${resource.kind}${subresource}`;
}

function words({ group, version, custom }: Resource): string {
  const name = group === '' ? ['core'] : custom ? group.split('.') : group.split('.').slice(0, 1);
  return [...name, version].map(capital).join('');
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** Connections have no body of a schema; what they answer is a stream. */
const connections = new Set(['attach', 'exec', 'portforward', 'proxy']);

function subresourceVerbs(resource: Resource, name: string): Json {
  const suffix = capital(name);
  if (connections.has(name)) {
    const connect = (method: string) => connection(resource, idOf(`connect${method}`, resource, suffix));
    return { get: connect('Get'), post: connect('Post') };
  }
  if (name === 'log') return { get: connection(resource, idOf('read', resource, 'Log'), 'get') };
  if (name === 'finalize') return { put: write(resource, 'put', idOf('replace', resource, suffix)) };
  const body = subresourceBodies[name];
  if (body === undefined) return objectVerbs(resource, suffix);
  const of = { ...resource, ...body };
  if (name !== 'scale') return { post: write(of, 'post', idOf('create', resource, suffix)) };
  return {
    get: operation(of, 'get', [], of.schema.id, idOf('read', resource, suffix)),
    put: write(of, 'put', idOf('replace', resource, suffix)),
    patch: patch(of, idOf('patch', resource, suffix)),
  };
}

function connection(resource: Resource, operationId: string, action = 'connect'): Json {
  return {
    tags: [tagOf(resource)],
    description: `${action} ${resource.kind}`,
    operationId,
    parameters: [],
    responses: { '200': { description: 'OK', content: { '*/*': { schema: { type: 'string' } } } } },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': groupVersionKind(resource),
  };
}

function tagOf({ group, version }: Resource): string {
  return `${group === '' ? 'core' : group.split('.')[0]}_${version}`;
}

function query(name: string, description: string, type = 'string'): Json {
  return { name, in: 'query', description, schema: { type, uniqueItems: true } };
}
function inPath(name: string, description: string): Json {
  return { name, in: 'path', required: true, description, schema: { type: 'string', uniqueItems: true } };
}

const namespaceParameter = inPath('namespace', 'The namespace of the object.');
const nameParameter = inPath('name', 'The name of the object.');
const pretty = query('pretty', 'Indent the answer.');
const writeParameters = [
  query('dryRun', 'All: try, and change nothing.'),
  query('fieldManager', 'Who makes this change.'),
  query('fieldValidation', 'Ignore, Warn or Strict: what to do about unknown and duplicate fields.'),
];
const listParameters = [
  query('allowWatchBookmarks', 'Whether the watch may send bookmarks.', 'boolean'),
  query('continue', 'The token of the next page.'),
  query('fieldSelector', 'Which objects, by their fields.'),
  query('labelSelector', 'Which objects, by their labels.'),
  query('limit', 'The size of a page.', 'integer'),
  query('resourceVersion', 'Where to read or watch from.'),
  query('resourceVersionMatch', 'How to read resourceVersion.'),
  query('sendInitialEvents', 'Whether a watch starts with what there is.', 'boolean'),
  query('timeoutSeconds', 'How long the call may last.', 'integer'),
  query('watch', 'Whether to watch.', 'boolean'),
];
const deleteParameters = [
  query('dryRun', 'All: try, and change nothing.'),
  query('gracePeriodSeconds', 'How long the object may take to end.', 'integer'),
  query('orphanDependents', 'Use propagationPolicy instead.', 'boolean'),
  query('propagationPolicy', 'Orphan, Background or Foreground.'),
];
const patchTypes = [
  'application/apply-patch+yaml',
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
];

function objectVerbs(resource: Resource, subresource: string): Json {
  const { id } = resource.schema;
  return {
    get: operation(resource, 'get', [], id, idOf('read', resource, subresource)),
    put: write(resource, 'put', idOf('replace', resource, subresource)),
    patch: patch(resource, idOf('patch', resource, subresource)),
  };
}

function operation(
  resource: Resource,
  action: string,
  parameters: readonly Json[],
  answer: string,
  operationId: string,
  requestBody?: Json,
): Json {
  return {
    tags: [tagOf(resource)],
    description: `${action} ${resource.kind}`,
    operationId,
    parameters,
    ...(requestBody === undefined ? {} : { requestBody }),
    responses: {
      '200': { description: 'OK', content: answers(reference(answer, 'v3'), resource) },
      '401': { description: 'Unauthorized' },
    },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': groupVersionKind(resource),
  };
}

const answerTypes = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];

function answers(schema: Json, { custom }: Resource): Json {
  const types = custom ? answerTypes.slice(0, 2) : answerTypes;
  return Object.fromEntries(types.map((type) => [type, { schema }]));
}

function list(resource: Resource, operationId: string): Json {
  return operation(resource, 'list', listParameters, `${resource.schema.id}List`, operationId);
}

function write(resource: Resource, action: 'post' | 'put', operationId: string): Json {
  const { id } = resource.schema;
  const body = { required: true, content: { '*/*': { schema: reference(id, 'v3') } } };
  return operation(resource, action, writeParameters, id, operationId, body);
}

function patch(resource: Resource, operationId: string): Json {
  const schema = reference(`${meta}.Patch`, 'v3');
  // Custom resources have no merge keys.
  const types = resource.custom ? patchTypes.slice(0, 3) : patchTypes;
  const force = query('force', 'Take fields over from other managers (apply only).', 'boolean');
  const body = { required: true, content: Object.fromEntries(types.map((type) => [type, { schema }])) };
  return operation(resource, 'patch', [...writeParameters, force], resource.schema.id, operationId, body);
}

const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const deleteBody = { content: { '*/*': { schema: reference(`${meta}.DeleteOptions`, 'v3') } } };

function remove(resource: Resource): Json {
  return operation(resource, 'delete', deleteParameters, `${meta}.Status`, idOf('delete', resource), deleteBody);
}

function removeCollection(resource: Resource): Json {
  const parameters = [...deleteParameters, ...listParameters.filter((parameter) => parameter['name'] !== 'watch')];
  const id = idOf('deleteCollection', resource);
  return operation(resource, 'deletecollection', parameters, `${meta}.Status`, id, deleteBody);
}
