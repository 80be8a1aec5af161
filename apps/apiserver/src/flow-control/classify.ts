import type { FlowControlSubject, FlowSchema, PolicyRulesWithSubjects } from '@wherry/api';
import type { User } from '../http/context.ts';
import type { RequestInfo } from '../http/request-info.ts';

/** Which flow a request belongs to: its schema, and what tells flows of the schema apart. */
export interface Flow {
  readonly schema: FlowSchema;
  readonly distinguisher: string;
}

/** In the order in which they are tried: by precedence, then by name. */
export function inOrder(schemas: readonly FlowSchema[]): FlowSchema[] {
  const precedence = ({ spec }: FlowSchema): number => spec.matchingPrecedence ?? 1_000;
  return schemas.toSorted((a, b) => precedence(a) - precedence(b) || (a.metadata.name < b.metadata.name ? -1 : 1));
}

/** The first schema that matches (KEP-1040); undefined when none does, which the catch-all schema rules out. */
export function classify(ordered: readonly FlowSchema[], user: User, info: RequestInfo): Flow | undefined {
  const schema = ordered.find(({ spec }) => spec.rules?.some((rule) => matches(rule, user, info)));
  if (schema === undefined) return undefined;
  const method = schema.spec.distinguisherMethod?.type;
  const distinguisher = method === 'ByUser' ? user.name : method === 'ByNamespace' ? info.namespace : '';
  return { schema, distinguisher };
}

function matches(rule: PolicyRulesWithSubjects, user: User, info: RequestInfo): boolean {
  if (!rule.subjects.some((subject) => isSubject(subject, user))) return false;
  if (!info.isResource) {
    return (
      rule.nonResourceRules?.some(
        (one) => has(one.verbs, info.verb) && one.nonResourceURLs.some((url) => covers(url, info.path)),
      ) === true
    );
  }
  const resource = info.subresource === '' ? info.resource : `${info.resource}/${info.subresource}`;
  return (
    rule.resourceRules?.some(
      (one) =>
        has(one.verbs, info.verb) &&
        has(one.apiGroups, info.group) &&
        has(one.resources, resource) &&
        (info.namespace === '' ? one.clusterScope === true : has(one.namespaces ?? [], info.namespace)),
    ) === true
  );
}

function has(list: readonly string[], value: string): boolean {
  return list.includes('*') || list.includes(value);
}

/** `/healthz` or `/healthz/*`, or any. */
function covers(url: string, path: string): boolean {
  if (url === '*' || url === path) return true;
  return url.endsWith('*') && path.startsWith(url.slice(0, -1));
}

function isSubject({ kind, user: one, group, serviceAccount }: FlowControlSubject, user: User): boolean {
  if (kind === 'User') return one?.name === '*' || one?.name === user.name;
  if (kind === 'Group') return group?.name === '*' || user.groups.includes(group?.name ?? '');
  if (kind !== 'ServiceAccount' || serviceAccount === undefined) return false;
  const prefix = `system:serviceaccount:${serviceAccount.namespace}:`;
  return serviceAccount.name === '*' ? user.name.startsWith(prefix) : user.name === prefix + serviceAccount.name;
}
