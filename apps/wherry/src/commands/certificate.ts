import type { CommandSpec, Invocation } from '../cli/command.ts';
import { defineCommand } from '../cli/command.ts';
import { CliError, isStatusReason, throwGathered } from '../cli/errors.ts';
import { bool, list } from '../cli/flags.ts';
import { resourcePath } from '../resources/mapping.ts';
import { getObject, selectInfos, type Info } from '../resources/select.ts';
import { field, type Unstructured } from '../resources/unstructured.ts';
import { Outcome, outputFlags } from './outcome.ts';

const flags = {
  ...outputFlags,
  filename: list('Filename, directory, or URL to files identifying the resource to update', { short: 'f' }),
  force: bool('Update the CSR even if it is already approved.'),
  recursive: bool('Process the directory used in -f, --filename recursively.', false, { short: 'R' }),
};

interface Verdict {
  readonly type: 'Approved' | 'Denied';
  readonly opposite: 'Approved' | 'Denied';
  readonly reason: string;
  readonly message: string;
}
const approval: Verdict = {
  type: 'Approved',
  opposite: 'Denied',
  reason: 'KubectlApprove',
  message: 'This CSR was approved by kubectl certificate approve.',
};
const denial: Verdict = {
  type: 'Denied',
  opposite: 'Approved',
  reason: 'KubectlDeny',
  message: 'This CSR was denied by kubectl certificate deny.',
};

/** Somebody else may write the request at the same time: it is read and written again. */
const maxAttempts = 10;

function verdictCommand(name: string, verdict: Verdict): CommandSpec {
  return defineCommand({
    name,
    summary: `${name === 'approve' ? 'Approve' : 'Deny'} a certificate signing request`,
    usage: '(-f FILENAME | NAME)',
    flags,
    run: async (invocation) => {
      const { args, session, io } = invocation;
      const { filename, recursive, force } = invocation.flags;
      if (args.length === 0 && filename.length === 0)
        throw new CliError('one or more CSRs must be specified as <name> or -f <filename>');
      const outcome = await Outcome.of(invocation);
      const infos: Info[] = [];
      if (filename.length > 0)
        infos.push(...(await selectInfos(session, io, { args: [], filenames: filename, recursive, verb: name })));
      // A bare name is a request's, also beside TYPE/NAME.
      for (const word of args) {
        const named = word.includes('/') ? word : `certificatesigningrequests/${word}`;
        infos.push(...(await selectInfos(session, io, { args: [named], verb: name })));
      }
      const errors: unknown[] = [];
      for (const info of infos) {
        try {
          outcome.say(info.resource, await judge(session, info, verdict, force), verdict.type.toLowerCase());
        } catch (error) {
          errors.push(error);
        }
      }
      throwGathered(errors);
    },
  });
}

async function judge(
  session: Invocation['session'],
  info: Info,
  verdict: Verdict,
  force: boolean,
): Promise<Unstructured> {
  if (info.resource.namespaced) throw new CliError('namespace may not be empty when retrieving a resource by name');
  if (info.resource.plural !== 'certificatesigningrequests')
    throw new CliError(
      `can only handle certificates.k8s.io/v1 certificate signing requests, not ${info.resource.kind}`,
    );
  for (let attempt = 1; ; attempt++) {
    const object = await getObject(session, info);
    const conditions = (field(object, 'status', 'conditions') ?? []) as { type?: string }[];
    if (conditions.some(({ type }) => type === verdict.opposite))
      throw new CliError(`certificate signing request ${JSON.stringify(info.name)} is already ${verdict.opposite}`);
    const known = conditions.some(({ type }) => type === verdict.type);
    if (known && !force) return object;
    const now = `${new Date().toISOString().slice(0, 19)}Z`;
    const { type, reason, message } = verdict;
    const next = { type, status: 'True', reason, message, lastUpdateTime: now };
    const status = {
      ...(object['status'] as object | undefined),
      conditions: known ? conditions.map((c) => (c.type === type ? { ...c, ...next } : c)) : [...conditions, next],
    };
    try {
      return await session.request<Unstructured>({
        method: 'PUT',
        path: resourcePath(info.resource, undefined, info.name, 'approval'),
        body: { ...object, status },
      });
    } catch (error) {
      if (!isStatusReason(error, 'Conflict') || attempt >= maxAttempts) throw error;
    }
  }
}

export const certificate: CommandSpec = {
  name: 'certificate',
  summary: 'Modify certificate resources',
  usage: 'SUBCOMMAND',
  flags: {},
  subcommands: [verdictCommand('approve', approval), verdictCommand('deny', denial)],
};
