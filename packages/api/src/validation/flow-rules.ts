import {
  fieldForbidden,
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  isDns1123Label,
  isDns1123Subdomain,
} from '@wherry/apimachinery';
import type {
  FlowControlSubject,
  NonResourcePolicyRule,
  ResourcePolicyRule,
  ServiceAccountSubject,
} from '../flowcontrol/flow-schema.ts';
import { dnsLabel, matching, type Findings } from './value-rules.ts';

const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch'];
const parts = { ServiceAccount: 'serviceAccount', User: 'user', Group: 'group' } as const;
type SubjectKind = keyof typeof parts;

export function* flowSubject(subject: FlowControlSubject, field: string): Findings {
  const kind = subject.kind as SubjectKind;
  if (!Object.hasOwn(parts, kind)) {
    yield fieldNotSupported(`${field}.kind`, subject.kind, ['Group', 'ServiceAccount', 'User']);
    return;
  }
  const part = parts[kind];
  const own = subject[part];
  if (own === undefined) {
    yield fieldRequired(`${field}.${part}`, `${part} is required when subject kind is '${kind}'`);
  } else if (kind === 'ServiceAccount') {
    yield* serviceAccount(own as ServiceAccountSubject, `${field}.${part}`);
  } else if (own.name === '') yield fieldRequired(`${field}.${part}.name`);
  for (const [other, name] of Object.entries(parts)) {
    if (other === kind || subject[name] === undefined) continue;
    yield fieldForbidden(`${field}.${name}`, `${name} is forbidden when subject kind is not '${other}'`);
  }
}

function* serviceAccount({ name, namespace }: ServiceAccountSubject, field: string): Findings {
  if (name === '') yield fieldRequired(`${field}.name`);
  else if (name !== '*') yield* matching(isDns1123Subdomain(name), name, `${field}.name`);
  if (namespace === '') {
    yield fieldRequired(`${field}.namespace`, 'must specify namespace for service account');
  } else yield* dnsLabel(namespace, `${field}.namespace`);
}

export function* nonResourceRule(
  { verbs: list, nonResourceURLs: urls }: NonResourcePolicyRule,
  field: string,
): Findings {
  yield* verbList(list, `${field}.verbs`);
  const at = `${field}.nonResourceURLs`;
  if (urls.length === 0) yield fieldRequired(at, 'nonResourceURLs must contain at least one value');
  else if (urls.includes('*')) yield* alone(urls, 'other non-resource URLs', at);
  else {
    for (const [index, url] of urls.entries()) {
      const why = whatIsWrongWith(url);
      if (why !== undefined) yield fieldInvalid(`${at}[${index}]`, url, why);
    }
  }
}

export function* resourceRule(rule: ResourcePolicyRule, field: string): Findings {
  const { apiGroups, resources, namespaces = [], clusterScope } = rule;
  yield* verbList(rule.verbs, `${field}.verbs`);
  if (apiGroups.length === 0) {
    yield fieldRequired(`${field}.apiGroups`, 'resource rules must supply at least one api group');
  } else yield* alone(apiGroups, 'other api groups', `${field}.apiGroups`);
  if (resources.length === 0) {
    yield fieldRequired(`${field}.resources`, 'resource rules must supply at least one resource');
  } else yield* alone(resources, 'other resources', `${field}.resources`);
  const at = `${field}.namespaces`;
  if (namespaces.length === 0 && clusterScope !== true) {
    const detail = 'resource rules that are not cluster scoped must supply at least one namespace';
    yield fieldRequired(at, detail);
  } else if (namespaces.includes('*')) yield* alone(namespaces, 'other namespaces', at);
  else {
    for (const [index, namespace] of namespaces.entries()) {
      const messages = isDns1123Label(namespace).map(
        (message) => `each member of this list must be '*' or a DNS-1123 label; ${message}`,
      );
      yield* matching(messages, namespace, `${at}[${index}]`);
    }
  }
}

function* verbList(list: readonly string[], field: string): Findings {
  if (list.length === 0) yield fieldRequired(field, 'verbs must contain at least one value');
  else if (list.includes('*')) yield* alone(list, 'other verbs', field);
  else if (!list.every((verb) => verbs.includes(verb))) yield fieldNotSupported(field, list, verbs);
}

/** Where `*` stands nothing else may. */
function* alone(list: readonly string[], others: string, field: string): Findings {
  if (list.length < 2 || !list.includes('*')) return;
  yield fieldInvalid(field, list, `if '*' is present, must not specify ${others}`);
}

function whatIsWrongWith(path: string): string | undefined {
  if (path === '') return 'must not be empty';
  if (path === '/') return undefined;
  if (!path.startsWith('/')) return 'must start with slash';
  if (path.includes(' ')) return 'must not contain white-space';
  if (path.includes('//')) return 'must not contain double slash';
  const star = path.indexOf('*');
  const suffix = star < 0 || (path.endsWith('/*') && star === path.length - 1);
  return suffix ? undefined : 'wildcard can only do suffix matching';
}
