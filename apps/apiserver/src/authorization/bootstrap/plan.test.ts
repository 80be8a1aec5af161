import type { ClusterRole, PolicyRule, RoleBinding } from '@wherry/api';
import { clone } from '@wherry/apimachinery';
import { expect, test } from 'vitest';
import { planDefaults, type PolicyObject, type PolicyWrite } from './plan.ts';

const all = planDefaults(() => undefined);

/** The plan for a store that holds the defaults as `change` leaves them. */
function planAfter(key: string, change: (object: PolicyObject) => void): PolicyWrite[] {
  return planDefaults((plural, asked) => {
    const found = all.find((write) => write.plural === plural && write.key === asked)?.object;
    if (found === undefined) return undefined;
    const present = clone(found);
    present.metadata.uid = 'u';
    if (`${plural}/${asked}` === key) change(present);
    return present;
  });
}

function line({ verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] }: PolicyRule): string {
  if (nonResourceURLs.length > 0) return `${verbs.join(',')} ${nonResourceURLs.join(' ')}`;
  const names = resourceNames.length > 0 ? ` [${resourceNames.join(' ')}]` : '';
  return `${verbs.join(',')} ${apiGroups.map((group) => group || 'core').join(',')}: ${resources.join(' ')}${names}`;
}

function show({ plural, key, object }: PolicyWrite): string {
  const lines = [`${plural}/${key}`];
  const labels = Object.keys(object?.metadata.labels ?? {}).filter((label) => label.includes('aggregate-to'));
  for (const label of labels) lines.push(`  label ${label}`);
  const role = object as ClusterRole;
  for (const { matchLabels } of role.aggregationRule?.clusterRoleSelectors ?? []) {
    lines.push(`  gathers ${Object.keys(matchLabels ?? {}).join(' ')}`);
  }
  for (const rule of role.rules ?? []) lines.push(`  ${line(rule)}`);
  const { roleRef, subjects = [] } = object as RoleBinding;
  if (roleRef !== undefined) lines.push(`  ${roleRef.kind}/${roleRef.name}`);
  for (const { kind, namespace, name } of subjects)
    lines.push(`  ${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`);
  return lines.join('\n');
}

// Compared by hand with upstream's bootstrappolicy/testdata. Rows of kinds that 1.36 does not serve by default
// (podgroups, podcertificaterequests, clustertrustbundles, storageversions, devicetaintrules) are left out.
test('the default roles and bindings are upstream’s', async () => {
  await expect(`${all.map(show).join('\n\n')}\n`).toMatchFileSnapshot('testdata/default-policy.txt');
});

test('every default carries its marks', () => {
  for (const { object } of all) {
    expect(object?.metadata.labels).toMatchObject({ 'kubernetes.io/bootstrapping': 'rbac-defaults' });
    expect(object?.metadata.annotations).toEqual({ 'rbac.authorization.kubernetes.io/autoupdate': 'true' });
  }
});

test('nothing is written when nothing is missing', () => {
  expect(planAfter('', () => undefined)).toEqual([]);
});

test('what is missing is added, and what somebody added stays', () => {
  const extra: PolicyRule = { verbs: ['get'], apiGroups: [''], resources: ['pods'] };
  const kept = planAfter('clusterroles/system:kube-dns', (role) => {
    (role as ClusterRole).rules = [extra, ...((role as ClusterRole).rules ?? [])];
  });
  expect(kept).toEqual([]);
  const [mended, ...others] = planAfter('clusterroles/system:kube-dns', (role) => {
    (role as ClusterRole).rules = [extra, { verbs: ['list'], apiGroups: [''], resources: ['services', 'endpoints'] }];
  });
  expect(others).toEqual([]);
  expect((mended?.object as ClusterRole | undefined)?.rules).toEqual([
    extra,
    { verbs: ['list'], apiGroups: [''], resources: ['services', 'endpoints'] },
    { verbs: ['watch'], apiGroups: [''], resources: ['endpoints'] },
    { verbs: ['watch'], apiGroups: [''], resources: ['services'] },
  ]);
  expect(mended?.object?.metadata.uid).toBe('u');
  const [subject] = planAfter('clusterrolebindings/system:discovery', (binding) => {
    (binding as RoleBinding).subjects = [{ kind: 'User', name: 'x' }];
  });
  expect((subject?.object as RoleBinding | undefined)?.subjects?.map(({ name }) => name)).toEqual([
    'x',
    'system:authenticated',
  ]);
});

test('rules that were gathered into a role are not taken out again', () => {
  const gathered = planAfter('clusterroles/edit', (role) => {
    (role as ClusterRole).rules = [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }];
  });
  expect(gathered).toEqual([]);
});

test('autoupdate=false is the end of our say', () => {
  const left = planAfter('clusterroles/system:kube-dns', (role) => {
    role.metadata.annotations = { 'rbac.authorization.kubernetes.io/autoupdate': 'false' };
    (role as ClusterRole).rules = [];
  });
  expect(left).toEqual([]);
});

test('a binding to another role is made anew', () => {
  const plan = planAfter('clusterrolebindings/system:kube-dns', (binding) => {
    (binding as RoleBinding).roleRef = { kind: 'ClusterRole', name: 'cluster-admin' };
  });
  expect(plan).toEqual([{ plural: 'clusterrolebindings', key: 'system:kube-dns', object: undefined }]);
});
