import { defineCommand, type Invocation } from '../../cli/command.ts';
import { CliError, isStatusReason } from '../../cli/errors.ts';
import { bool, list } from '../../cli/flags.ts';
import { goList, type PolicyRule } from '../../rbac/rules.ts';
import { reconcileBinding, reconcileRole, type Reconciled, type Subject } from '../../rbac/reconcile.ts';
import { resourcePath } from '../../resources/mapping.ts';
import { choose, type Info } from '../../resources/select.ts';
import type { Unstructured } from '../../resources/unstructured.ts';
import { Outcome, dryRunFlag, outputFlags, readDryRun } from '../outcome.ts';

const flags = {
  ...outputFlags,
  ...dryRunFlag,
  filename: list('Filename, directory, or URL to files identifying the resource to reconcile.', { short: 'f' }),
  recursive: bool('Process the directory used in -f, --filename recursively.', false, { short: 'R' }),
  'remove-extra-permissions': bool('If true, removes extra permissions added to roles'),
  'remove-extra-subjects': bool('If true, removes extra subjects added to rolebindings'),
};
type Reconcile = Invocation<typeof flags>;

export const reconcile = defineCommand({
  name: 'reconcile',
  summary: 'Reconciles rules for RBAC role, role binding, cluster role, and cluster role binding objects',
  usage: '-f FILENAME',
  description:
    'Creates what is missing, its namespace included, and adds missing rules and subjects to what is there. Extra ones stay unless they are to be removed.',
  flags,
  run: async (invocation) => {
    const { session, io, args } = invocation;
    const { filename, recursive } = invocation.flags;
    if (filename.length === 0) throw new CliError('must specify one of -f and -k');
    if (args.length > 0) throw new CliError('no arguments are allowed');
    const dryRun = readDryRun(invocation.flags['dry-run']);
    if (dryRun === 'server') throw new CliError('--dry-run=server for command reconcile is not supported yet');
    const outcome = await Outcome.of(invocation, dryRun);
    const chosen = await choose(session, io, { args: [], filenames: filename, recursive, verb: 'reconcile' });
    for (const info of chosen.kind === 'objects' ? chosen.infos : []) {
      if (info.resource.group !== 'rbac.authorization.k8s.io' || !info.object) continue;
      const result = await run(invocation, info, info.object, dryRun === 'none');
      outcome.say(info.resource, result.object, 'reconciled');
      explain(invocation, result);
    }
  },
});

/** An object that appears or goes between reading and writing is looked at again. */
const maxAttempts = 3;

async function run({ session, flags: given }: Reconcile, info: Info, expected: Unstructured, confirm: boolean) {
  const path = resourcePath(info.resource, info.namespace, info.name);
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const existing = await session.request<Unstructured>({ method: 'GET', path }).catch((error: unknown) => {
      if (isStatusReason(error, 'NotFound')) return undefined;
      throw error;
    });
    const result = info.resource.kind.endsWith('Binding')
      ? reconcileBinding(existing, expected, given['remove-extra-subjects'])
      : reconcileRole(existing, expected, given['remove-extra-permissions']);
    if (!confirm || result.isProtected || result.operation === 'none') return result;
    try {
      return { ...result, object: await write(session, info, result) };
    } catch (error) {
      const moved = result.operation === 'update' ? 'NotFound' : 'AlreadyExists';
      if (!isStatusReason(error, moved)) throw error;
    }
  }
  throw new CliError('exceeded maximum attempts');
}

async function write(session: Reconcile['session'], info: Info, { object, operation }: Reconciled) {
  const path = resourcePath(info.resource, info.namespace, info.name);
  if (operation === 'update') return await session.request<Unstructured>({ method: 'PUT', path, body: object });
  if (operation === 'recreate') await session.request({ method: 'DELETE', path });
  else if (info.namespace !== undefined) await ensureNamespace(session, info.namespace);
  const collection = resourcePath(info.resource, info.namespace);
  return await session.request<Unstructured>({ method: 'POST', path: collection, body: object });
}

/** Who may neither see nor make namespaces may still make roles in one that is there. */
async function ensureNamespace(session: Reconcile['session'], name: string): Promise<void> {
  const unless =
    (...reasons: string[]) =>
    (error: unknown): false => {
      if (reasons.some((reason) => isStatusReason(error, reason))) return false;
      throw error;
    };
  const path = '/api/v1/namespaces';
  const found = await session
    .request({ method: 'GET', path: `${path}/${encodeURIComponent(name)}` })
    .then(() => true, unless('NotFound', 'Forbidden'));
  if (found) return;
  const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
  await session.request({ method: 'POST', path, body }).catch(unless('AlreadyExists', 'Forbidden'));
}

function explain({ err, flags: given }: Reconcile, result: Reconciled): void {
  if (result.operation === 'none') return;
  const caveat = result.isProtected
    ? ', but object opted out (rbac.authorization.kubernetes.io/autoupdate: false)'
    : '';
  err(`\treconciliation required ${result.operation}${caveat}\n`);
  const say = (what: string, items: readonly string[]): void => {
    if (items.length > 0) err(`\t${what}:\n${items.map((item) => `\t\t${item}\n`).join('')}`);
  };
  say('missing subjects added', result.missingSubjects.map(subjectText));
  if (given['remove-extra-subjects']) say('extra subjects removed', result.extraSubjects.map(subjectText));
  say('missing rules added', result.missingRules.map(ruleText));
  if (given['remove-extra-permissions']) say('extra rules removed', result.extraRules.map(ruleText));
}

function subjectText({ kind, apiGroup, name, namespace }: Subject): string {
  return `{Kind:${kind} APIGroup:${apiGroup ?? ''} Name:${name} Namespace:${namespace ?? ''}}`;
}

function ruleText(rule: PolicyRule): string {
  const lists = [
    ['Verbs', rule.verbs],
    ['APIGroups', rule.apiGroups],
    ['Resources', rule.resources],
    ['ResourceNames', rule.resourceNames],
    ['NonResourceURLs', rule.nonResourceURLs],
  ] as const;
  return `{${lists.map(([name, values]) => `${name}:${goList(values)}`).join(' ')}}`;
}
