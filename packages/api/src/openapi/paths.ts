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
    if (resource.subresources.includes('status')) {
      paths[`${object}/status`] = { ...objectVerbs(resource, 'Status'), parameters };
    }
  }
  return paths;
}

/** Such as `replaceAppsV1NamespacedDeploymentStatus`. */
function idOf(verb: string, resource: Resource, subresource = ''): string {
  return `${verb}${words(resource)}${resource.namespaced ? 'Namespaced' : ''}${resource.kind}${subresource}`;
}

function words({ group, version }: Resource): string {
  const name = group === '' ? 'core' : (group.split('.')[0] ?? '');
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}${version.charAt(0).toUpperCase()}${version.slice(1)}`;
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
    tags: [`${resource.group === '' ? 'core' : resource.group.split('.')[0]}_${resource.version}`],
    description: `${action} ${resource.kind}`,
    operationId,
    parameters,
    ...(requestBody === undefined ? {} : { requestBody }),
    responses: {
      '200': { description: 'OK', content: { 'application/json': { schema: reference(answer, 'v3') } } },
      '401': { description: 'Unauthorized' },
    },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': groupVersionKind(resource),
  };
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
  const force = query('force', 'Take fields over from other managers (apply only).', 'boolean');
  const body = { required: true, content: Object.fromEntries(patchTypes.map((type) => [type, { schema }])) };
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
