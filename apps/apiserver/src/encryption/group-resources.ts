import { fieldInvalid, type FieldError } from '@wherry/apimachinery';

/** '*' stands for any. */
export interface GroupResource {
  group: string;
  resource: string;
}

/** `secrets`, `deployments.apps`, `*.` (the core group), `*.apps`, `*.*`. */
export function parseGroupResource(text: string): GroupResource {
  const dot = text.indexOf('.');
  return dot < 0 ? { resource: text, group: '' } : { resource: text.slice(0, dot), group: text.slice(dot + 1) };
}

export function formatGroupResource({ group, resource }: GroupResource): string {
  return group === '' && resource !== '*' ? resource : `${resource}.${group}`;
}

/** What upstream's ValidateEncryptionConfiguration finds in one list of resources. */
export function checkResources(names: readonly string[], path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (new Set(names).size < names.length) {
    errors.push(fieldInvalid(path, names, 'the same resource cannot be specified multiple times'));
  }
  if (overlaps([...new Set(names)].map(parseGroupResource))) {
    const detail =
      "using overlapping resources such as 'secrets' and '*.' in the same resource list is not allowed as they will be masked";
    errors.push(fieldInvalid(path, names, detail));
  }
  for (const [i, name] of names.entries()) {
    const detail = wrongName(name);
    if (detail !== undefined) errors.push(fieldInvalid(`${path}[${i}]`, name, detail));
  }
  return errors;
}

function overlaps(all: readonly GroupResource[]): boolean {
  if (all.length < 2) return false;
  if (all.some(({ group, resource }) => group === '*' && resource === '*')) return true;
  const whole = new Set(all.filter(({ resource }) => resource === '*').map(({ group }) => group));
  return all.some(({ group, resource }) => resource !== '*' && whole.has(group));
}

function wrongName(name: string): string | undefined {
  const { group, resource } = parseGroupResource(name);
  if (name.toLowerCase() !== name) return 'resource name should not contain capital letters';
  if (name === '*') {
    return "use '*.' to encrypt all the resources from core API group or *.* to encrypt all resources";
  }
  if (['apiserveripinfo', 'serviceipallocations', 'servicenodeportallocations'].includes(name)) {
    return 'resources which do not have REST API/s cannot be encrypted';
  }
  if (group === 'events.k8s.io') {
    return "'*.events.k8s.io' objects are stored using the 'events' API group in etcd. Use 'events' instead in the config file";
  }
  if (group === 'extensions') return "'extensions' group has been removed and cannot be used for encryption";
  if (group === '*' && resource !== '*') return 'encrypting the same resource across groups is not supported';
  return undefined;
}
