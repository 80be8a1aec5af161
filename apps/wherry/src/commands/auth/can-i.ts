import { defineCommand, type Invocation } from '../../cli/command.ts';
import { CliError, SilentExit } from '../../cli/errors.ts';
import { bool, string } from '../../cli/flags.ts';
import { layOut, tableLayout } from '../../printing/tab-writer.ts';
import { breakDown, compact, goList, resourceOf, sortRules, type PolicyRule } from '../../rbac/rules.ts';
import { findByWord, type ApiResource } from '../../resources/mapping.ts';

const flags = {
  'all-namespaces': bool('If true, check the specified action in all namespaces.', false, { short: 'A' }),
  list: bool('If true, prints all allowed actions.'),
  'no-headers': bool('If true, prints allowed actions without headers'),
  quiet: bool('If true, suppress output and just return the exit code.', false, { short: 'q' }),
  subresource: string('SubResource such as pod/log or deployment/scale'),
};
type CanI = Invocation<typeof flags>;

const resourceVerbs = new Set(
  'get list watch create update patch delete deletecollection use bind impersonate * approve sign escalate attest'.split(
    ' ',
  ),
);
const urlVerbs = new Set('get put post head options delete patch *'.split(' '));
/** What rules speak of though no server has it as a resource. */
const undiscoverable = new Set(['users', 'groups']);

export const canI = defineCommand({
  name: 'can-i',
  summary: 'Check whether an action is allowed',
  usage: 'VERB [TYPE | TYPE/NAME | NONRESOURCEURL]',
  examples: `wherry auth can-i create pods --all-namespaces
wherry auth can-i list deployments.apps -n prod --as=system:serviceaccount:dev:foo
wherry auth can-i get pods --subresource=log
wherry auth can-i get /readyz
wherry auth can-i --list -n foo`,
  flags,
  run: async (invocation) => {
    if (invocation.flags.list) await list(invocation);
    else await check(invocation);
  },
});

/** kubectl's warnings here end with an empty line. */
function warn({ err }: Pick<CanI, 'err'>, text: string): void {
  err(`Warning: ${text}\n\n`);
}

async function list(invocation: CanI): Promise<void> {
  const { args, session, out } = invocation;
  const given = invocation.flags;
  if (args.length > 0) throw new CliError('list option must be specified with no arguments');
  if (given.quiet || given['all-namespaces'] || given.subresource)
    throw new CliError("list option can't be specified with neither quiet, all-namespaces nor subresource options");
  const { status } = await session.request<RulesReview>({
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews',
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectRulesReview',
      spec: { namespace: await session.namespace() },
    },
  });
  if (status.incomplete) warn(invocation, `the list may be incomplete: ${status.evaluationError ?? ''}`);
  const rules = [...(status.resourceRules ?? []), ...(status.nonResourceRules ?? [])];
  const lines = sortRules(compact(rules.flatMap(breakDown))).map((rule) =>
    [resourceOf(rule), goList(rule.nonResourceURLs), goList(rule.resourceNames), goList(rule.verbs)].join('\t'),
  );
  if (!given['no-headers']) lines.unshift('Resources\tNon-Resource URLs\tResource Names\tVerbs');
  if (lines.length > 0) out(`${layOut(lines.join('\n'), tableLayout)}\n`);
}

interface RulesReview {
  readonly status: {
    readonly resourceRules?: readonly PolicyRule[];
    readonly nonResourceRules?: readonly PolicyRule[];
    readonly incomplete?: boolean;
    readonly evaluationError?: string;
  };
}

async function check(invocation: CanI): Promise<void> {
  const [verb, target] = invocation.args;
  if (verb === undefined || target === undefined || invocation.args.length !== 2) {
    throw new CliError(
      "you must specify two arguments: verb resource or verb resource/resourceName.\nSee 'wherry auth can-i -h' for help and examples.",
    );
  }
  const spec = target.startsWith('/')
    ? { nonResourceAttributes: urlAttributes(invocation, verb, target) }
    : { resourceAttributes: await resourceAttributes(invocation, verb, target) };
  if (invocation.flags['no-headers']) throw new CliError('--no-headers cannot be set without --list specified');
  const { status } = await invocation.session.request<{
    status: { allowed?: boolean; reason?: string; evaluationError?: string };
  }>({
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    body: { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec },
  });
  const why = [status.reason, status.evaluationError].filter(Boolean).map((text) => ` - ${text}`);
  if (!invocation.flags.quiet) invocation.out(status.allowed ? 'yes\n' : `no${why.join('')}\n`);
  if (!status.allowed) throw new SilentExit(1);
}

function urlAttributes(invocation: CanI, verb: string, path: string): object {
  if (invocation.flags.subresource) throw new CliError('--subresource can not be used with NonResourceURL');
  if (!urlVerbs.has(verb)) warn(invocation, `verb '${verb}' is not a known verb`);
  return { verb, path };
}

async function resourceAttributes(invocation: CanI, verb: string, target: string): Promise<object> {
  const { session, flags: given } = invocation;
  const slash = target.indexOf('/');
  const word = slash < 0 ? target : target.slice(0, slash);
  const found = await findResource(invocation, word);
  const everywhere = given['all-namespaces'];
  if (!everywhere) {
    if (found && !found.namespaced) {
      const inGroup = found.group ? ` in group '${found.group}'` : '';
      warn(invocation, `resource '${found.plural}' is not namespace scoped${inGroup}`);
    }
    if (!resourceVerbs.has(verb)) warn(invocation, `verb '${verb}' is not a known verb`);
  }
  return {
    namespace: everywhere ? '' : await session.namespace(),
    verb,
    group: found?.group ?? '',
    resource: found?.plural ?? word,
    subresource: given.subresource,
    name: slash < 0 ? '' : target.slice(slash + 1),
  };
}

async function findResource(invocation: CanI, word: string): Promise<ApiResource | undefined> {
  if (word === '*') return undefined;
  const found = findByWord(await invocation.session.resources(), word);
  if (found || undiscoverable.has(word)) return found;
  const dot = word.indexOf('.');
  const [name, group] = dot < 0 ? [word, ''] : [word.slice(0, dot), word.slice(dot + 1)];
  warn(invocation, `the server doesn't have a resource type '${name}'${group ? ` in group '${group}'` : ''}`);
  return undefined;
}
