import { apiVersionOf, type Resource } from '../resource.ts';
import { reference, type Json } from './reference.ts';
import { groupVersionKind } from './schemas.ts';

/** The paths of the resources with each verb: kubectl looks here for the query parameters that a kind supports. */
export function pathsOf(resources: readonly Resource[]): Json {
  const paths: Json = {};
  for (const resource of resources) {
    const prefix = `/${resource.group === '' ? 'api' : 'apis'}/${apiVersionOf(resource)}`;
    const collection = `${prefix}${resource.namespaced ? '/namespaces/{namespace}' : ''}/${resource.plural}`;
    const scope = resource.namespaced ? [namespaceParameter] : [];
    if (resource.namespaced)
      paths[`${prefix}/${resource.plural}`] = { get: list(resource), parameters: listParameters };
    paths[collection] = {
      get: list(resource),
      post: write(resource, 'post'),
      delete: remove(resource, 'deletecollection'),
      parameters: [...scope, pretty],
    };
    const object = `${collection}/{name}`;
    paths[object] = {
      ...objectVerbs(resource),
      delete: remove(resource, 'delete'),
      parameters: [...scope, nameParameter, pretty],
    };
    if (resource.subresources.includes('status')) {
      paths[`${object}/status`] = { ...objectVerbs(resource), parameters: [...scope, nameParameter, pretty] };
    }
  }
  return paths;
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

function objectVerbs(resource: Resource): Json {
  return { get: read(resource), put: write(resource, 'put'), patch: patch(resource) };
}

function operation(resource: Resource, action: string, parameters: readonly Json[], id: string, body?: Json): Json {
  const tag = `${resource.group === '' ? 'core' : resource.group.split('.')[0]}_${resource.version}`;
  return {
    tags: [tag],
    description: `${action} ${resource.kind}`,
    operationId: `${action}_${tag}_${resource.plural}`,
    parameters,
    ...(body === undefined ? {} : { requestBody: { required: true, content: body } }),
    responses: {
      '200': { description: 'OK', content: { 'application/json': { schema: reference(id, 'v3') } } },
      '401': { description: 'Unauthorized' },
    },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': groupVersionKind(resource),
  };
}

function read(resource: Resource): Json {
  return operation(resource, 'get', [], resource.schema.id);
}
function list(resource: Resource): Json {
  return operation(resource, 'list', listParameters, `${resource.schema.id}List`);
}
function write(resource: Resource, action: 'post' | 'put'): Json {
  const body = { '*/*': { schema: reference(resource.schema.id, 'v3') } };
  return operation(resource, action, writeParameters, resource.schema.id, body);
}
function patch(resource: Resource): Json {
  const schema = reference('io.k8s.apimachinery.pkg.apis.meta.v1.Patch', 'v3');
  const force = query('force', 'Take fields over from other managers (apply only).', 'boolean');
  const body = Object.fromEntries(patchTypes.map((type) => [type, { schema }]));
  return operation(resource, 'patch', [...writeParameters, force], resource.schema.id, body);
}
function remove(resource: Resource, action: 'delete' | 'deletecollection'): Json {
  const options = reference('io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions', 'v3');
  const parameters = action === 'delete' ? deleteParameters : [...deleteParameters, ...listParameters];
  const status = 'io.k8s.apimachinery.pkg.apis.meta.v1.Status';
  return {
    ...operation(resource, action, parameters, status),
    requestBody: { content: { '*/*': { schema: options } } },
  };
}
