import { clusterService, type Decoded, type member, type memberListResponse } from '@wherry/store/etcd-proto';
import { type CommandSpec, defineCommand, type Invocation } from '../cli/command.ts';
import { CliError, UsageError } from '../cli/errors.ts';
import { bool, list } from '../cli/flags.ts';
import { connectionFlags, EtcdConnection } from './connection.ts';
import { formatId, parseId } from './ids.ts';
import { flagsOfOutput, print, type Page } from './output.ts';

export type Member = Decoded<typeof member>;

const flags = { ...connectionFlags, ...flagsOfOutput };

export async function listMembers(etcd: EtcdConnection): Promise<Decoded<typeof memberListResponse>> {
  return etcd.call(clusterService.memberList, { linearizable: true });
}

/** A member that has not come up yet has no name and no client URLs. */
export const started = (found: Member): boolean => found.name !== '';

const listCommand = defineCommand({
  name: 'list',
  summary: 'List the members of the store',
  usage: '[flags]',
  flags,
  run: async (invocation) => {
    using etcd = new EtcdConnection(invocation.flags);
    print(invocation, pageOf((await listMembers(etcd)).members));
  },
});

const addCommand = defineCommand({
  name: 'add',
  summary: 'Add a member, and say with which flags its apiserver is to be started',
  usage: 'NAME --peer-urls=URL [--learner] [flags]',
  flags: {
    ...connectionFlags,
    'peer-urls': list('Where the other members will reach it'),
    learner: bool('It receives everything and neither votes nor counts, until it is promoted'),
  },
  run: async (invocation) => {
    const [name] = exactly(invocation, ['member name']);
    const peerUrls = invocation.flags['peer-urls'];
    if (peerUrls.length === 0) throw new UsageError('member peer urls not provided');
    using etcd = new EtcdConnection(invocation.flags);
    const { learner: isLearner } = invocation.flags;
    const { header, member: added, members } = await etcd.call(clusterService.memberAdd, { peerUrls, isLearner });
    if (added === undefined) throw new CliError('the answer has no member');
    const cluster = members.flatMap((found) => {
      const called = found.id === added.id ? name : found.name;
      return found.peerUrls.map((url) => `${called}=${url}`);
    });
    invocation.out(
      `Member ${formatId(added.id)} added to cluster ${formatId(header?.clusterId ?? 0)}\n\n` +
        `--etcd-name=${name}\n--etcd-initial-cluster=${cluster.join(',')}\n` +
        `--etcd-initial-advertise-peer-urls=${peerUrls.join(',')}\n--etcd-initial-cluster-state=existing\n`,
    );
  },
});

const removeCommand = defineCommand({
  name: 'remove',
  summary: 'Remove a member',
  usage: 'ID [flags]',
  flags: connectionFlags,
  run: (invocation) =>
    change(invocation, async (etcd, id) => {
      const { header } = await etcd.call(clusterService.memberRemove, { id });
      return `removed from cluster ${formatId(header?.clusterId ?? 0)}`;
    }),
});

const promoteCommand = defineCommand({
  name: 'promote',
  summary: 'Let a learner that has caught up vote',
  usage: 'ID [flags]',
  flags: connectionFlags,
  run: (invocation) =>
    change(invocation, async (etcd, id) => {
      const { header } = await etcd.call(clusterService.memberPromote, { id });
      return `promoted in cluster ${formatId(header?.clusterId ?? 0)}`;
    }),
});

const updateCommand = defineCommand({
  name: 'update',
  summary: 'Tell the members that one of them is reached elsewhere',
  usage: 'ID --peer-urls=URL [flags]',
  flags: { ...connectionFlags, 'peer-urls': list('Where the other members will reach it') },
  run: (invocation) =>
    change(invocation, async (etcd, id) => {
      const peerUrls = invocation.flags['peer-urls'];
      if (peerUrls.length === 0) throw new UsageError('member peer urls not provided');
      const { header } = await etcd.call(clusterService.memberUpdate, { id, peerUrls });
      return `updated in cluster ${formatId(header?.clusterId ?? 0)}`;
    }),
});

export const memberCommand: CommandSpec = {
  name: 'member',
  summary: 'The members of the store: list, add, remove, promote',
  usage: 'SUBCOMMAND',
  flags: {},
  subcommands: [listCommand, addCommand, removeCommand, promoteCommand, updateCommand],
};

async function change(
  invocation: Invocation<typeof connectionFlags>,
  how: (etcd: EtcdConnection, id: ReturnType<typeof parseId>) => Promise<string>,
): Promise<void> {
  const [text] = exactly(invocation, ['member ID']);
  const id = parseId(text);
  using etcd = new EtcdConnection(invocation.flags);
  invocation.out(`Member ${formatId(id).padStart(16)} ${await how(etcd, id)}\n`);
}

/** The operands, as many as have names. @throws {UsageError} */
export function exactly<const N extends readonly string[]>(
  { args }: Pick<Invocation, 'args'>,
  names: N,
): { [K in keyof N]: string } {
  if (args.length < names.length) throw new UsageError(`${names[args.length]} is not provided`);
  if (args.length > names.length) throw new UsageError(`unexpected argument ${JSON.stringify(args[names.length])}`);
  return args.slice() as { [K in keyof N]: string };
}

function pageOf(members: readonly Member[]): Page {
  return {
    columns: ['ID', 'STATUS', 'NAME', 'PEER ADDRS', 'CLIENT ADDRS', 'IS LEARNER'],
    rows: members.map((found) => [
      formatId(found.id),
      started(found) ? 'started' : 'unstarted',
      found.name,
      found.peerUrls.join(','),
      found.clientUrls.join(','),
      String(found.isLearner),
    ]),
    json: members.map((found) => ({ ...found, id: formatId(found.id) })),
  };
}
