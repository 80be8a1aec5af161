import { forbidden, statusError, type StatusError } from '@wherry/apimachinery';
import type { User } from '../http/context.ts';
import type { RequestInfo } from '../http/request-info.ts';

/**
 * The built-in table of who may do what. A rule names verbs and `group/resource[/subresource]`; '*' is any. It stands
 * in for RBAC and has its shape: rules only allow.
 */
interface Rule {
  verbs: readonly string[];
  resources: readonly string[];
}

const read = ['get', 'list', 'watch'];
const write = ['create', 'update', 'patch', 'delete', 'deletecollection'];
const events: Rule = { verbs: ['create', 'update', 'patch'], resources: ['/events', 'events.k8s.io/events'] };
const leases: Rule = { verbs: [...read, ...write], resources: ['coordination.k8s.io/leases'] };

const groupRules: Readonly<Record<string, readonly Rule[]>> = {
  'system:masters': [{ verbs: ['*'], resources: ['*'] }],
  'system:nodes': [
    {
      verbs: read,
      resources: ['/pods', '/services', '/nodes', '/configmaps', '/secrets', '/namespaces', '/serviceaccounts'],
    },
    { verbs: read, resources: ['discovery.k8s.io/endpointslices', '/endpoints'] },
    { verbs: ['create', 'update', 'patch', 'delete'], resources: ['/nodes'] },
    { verbs: ['create', 'delete'], resources: ['/pods'] },
    { verbs: ['update', 'patch'], resources: ['/nodes/status', '/pods/status'] },
    { verbs: ['create'], resources: ['/pods/eviction', '/serviceaccounts/token'] },
    events,
    leases,
  ],
};

const userRules: Readonly<Record<string, readonly Rule[]>> = {
  'system:kube-scheduler': [
    { verbs: read, resources: ['/pods', '/nodes', '/namespaces', '/services', 'apps/replicasets'] },
    { verbs: ['create'], resources: ['/pods/binding', '/bindings'] },
    { verbs: ['update', 'patch'], resources: ['/pods/status'] },
    { verbs: ['delete'], resources: ['/pods'] },
    events,
    leases,
  ],
  'system:kube-controller-manager': [
    { verbs: read, resources: ['*'] },
    { verbs: write, resources: ['*'] },
  ],
  'system:kube-proxy': [
    { verbs: read, resources: ['/services', '/endpoints', '/nodes', '/pods', 'discovery.k8s.io/endpointslices'] },
    events,
  ],
};

/** Running something in a pod, or reaching it, is never meant by "any resource": it takes any verb, or the name. */
const waysIn = new Set(['exec', 'attach', 'portforward', 'proxy', 'ephemeralcontainers']);
const openPaths = new Set(['/healthz', '/livez', '/readyz', '/version', '/version/']);
/** What every authenticated user may read, as upstream's system:discovery. */
const discoveryPath = /^\/(api|apis|openapi|healthz|livez|readyz|version)(\/|$)/;
const componentPath = /^\/metrics(\/|$)/;

/** @returns the refusal, in upstream's words, or undefined. */
export function authorize(user: User, info: RequestInfo): StatusError | undefined {
  if (!info.isResource) {
    return mayUsePath(user, info) ? undefined : forbidPath(user, info);
  }
  for (const group of user.groups) if (allows(groupRules[group], info)) return undefined;
  return allows(userRules[user.name], info) ? undefined : forbidResource(user, info);
}

function allows(rules: readonly Rule[] | undefined, info: RequestInfo): boolean {
  if (rules === undefined) return false;
  const subresource = info.subresource === '' ? '' : `/${info.subresource}`;
  const resource = `${info.group}/${info.resource}${subresource}`;
  const isWayIn = waysIn.has(info.subresource);
  return rules.some(
    (rule) =>
      (rule.verbs.includes('*') || rule.verbs.includes(info.verb)) &&
      (rule.resources.includes(resource) || (rule.resources.includes('*') && (rule.verbs.includes('*') || !isWayIn))),
  );
}

function mayUsePath(user: User, info: RequestInfo): boolean {
  if (user.groups.includes('system:masters')) return true;
  if (info.verb !== 'get' && info.verb !== 'head') return false;
  if (openPaths.has(info.path) || /^\/(livez|readyz|healthz)\//.test(info.path)) return true;
  if (!user.groups.includes('system:authenticated')) return false;
  return discoveryPath.test(info.path) || (componentPath.test(info.path) && user.name.startsWith('system:kube-'));
}

function forbidPath(user: User, info: RequestInfo): StatusError {
  const message = `forbidden: User ${JSON.stringify(user.name)} cannot ${info.verb} path ${JSON.stringify(info.path)}`;
  return statusError(403, 'Forbidden', message, {});
}

function forbidResource(user: User, info: RequestInfo): StatusError {
  const resource = info.subresource === '' ? info.resource : `${info.resource}/${info.subresource}`;
  const where =
    info.namespace === '' || info.resource === 'namespaces'
      ? 'at the cluster scope'
      : `in the namespace ${JSON.stringify(info.namespace)}`;
  const why = `User ${JSON.stringify(user.name)} cannot ${info.verb} resource ${JSON.stringify(resource)} in API group ${JSON.stringify(info.group)} ${where}`;
  return forbidden({ group: info.group, resource: info.resource }, info.name, why);
}
