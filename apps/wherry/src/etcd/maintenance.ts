import {
  AlarmAction,
  AlarmType,
  maintenanceService,
  type alarmMember,
  type Decoded,
  type statusResponse,
} from '@wherry/store/etcd-proto';
import { type CommandSpec, defineCommand } from '../cli/command.ts';
import { CliError, throwGathered } from '../cli/errors.ts';
import { connectionFlags, EtcdConnection } from './connection.ts';
import { formatId, parseId } from './ids.ts';
import { exactly, listMembers, started, type Member } from './members.ts';
import { flagsOfOutput, formatBytes, print } from './output.ts';

type Status = Decoded<typeof statusResponse>;

interface Known {
  member: Member;
  endpoint: string;
  status: Status | undefined;
  error: string;
}

/** Every member asked for itself; what does not answer is told as such. */
async function statuses(etcd: EtcdConnection): Promise<Known[]> {
  const { members } = await listMembers(etcd);
  return Promise.all(
    members.map(async (member): Promise<Known> => {
      const [endpoint = ''] = member.clientUrls;
      if (!started(member) || endpoint === '') return { member, endpoint, status: undefined, error: 'not started' };
      try {
        return { member, endpoint, status: await etcd.call(maintenanceService.status, {}, endpoint), error: '' };
      } catch (error) {
        return { member, endpoint, status: undefined, error: (error as Error).message };
      }
    }),
  );
}

export const statusCommand: CommandSpec = defineCommand({
  name: 'status',
  summary: 'Show how every member of the store is',
  usage: '[flags]',
  flags: { ...connectionFlags, ...flagsOfOutput },
  run: async (invocation) => {
    using etcd = new EtcdConnection(invocation.flags);
    const known = await statuses(etcd);
    print(invocation, {
      columns: [
        'ENDPOINT',
        'ID',
        'NAME',
        'DB SIZE',
        'LEADER',
        'LEARNER',
        'TERM',
        'INDEX',
        'APPLIED',
        'REVISION',
        'ERRORS',
      ],
      rows: known.map(({ endpoint, member, status, error }) => {
        const name = [endpoint || '<none>', formatId(member.id), member.name || '<none>'];
        if (status === undefined) return [...name, '', '', '', '', '', '', '', error];
        const { raftTerm, raftIndex, raftAppliedIndex, header } = status;
        return [
          ...name,
          formatBytes(status.dbSize),
          String(status.leader === member.id),
          String(status.isLearner),
          ...[raftTerm, raftIndex, raftAppliedIndex, header?.revision ?? 0].map(String),
          status.errors.join('; ') || '<none>',
        ];
      }),
      json: known.map(({ endpoint, member, status, error }) => ({
        endpoint,
        id: formatId(member.id),
        name: member.name,
        ...(status === undefined
          ? { error }
          : {
              version: status.version,
              dbSize: status.dbSize,
              dbSizeInUse: status.dbSizeInUse,
              leader: formatId(status.leader),
              isLearner: status.isLearner,
              raftTerm: status.raftTerm,
              raftIndex: status.raftIndex,
              raftAppliedIndex: status.raftAppliedIndex,
              revision: status.header?.revision,
              errors: status.errors,
            }),
      })),
    });
    if (known.some(({ member, status }) => started(member) && status === undefined)) {
      throw new CliError('not every member answered');
    }
  },
});

export const moveLeaderCommand: CommandSpec = defineCommand({
  name: 'move-leader',
  summary: 'Let another member lead',
  usage: 'ID [flags]',
  flags: connectionFlags,
  run: async (invocation) => {
    const [text] = exactly(invocation, ['member ID']);
    const targetId = parseId(text);
    using etcd = new EtcdConnection(invocation.flags);
    // Only the leader hands over.
    const leader = (await statuses(etcd)).find(({ member, status }) => status?.leader === member.id);
    if (leader === undefined) throw new CliError('no leader is known');
    await etcd.call(maintenanceService.moveLeader, { targetId }, leader.endpoint);
    invocation.out(`Leadership transferred from ${formatId(leader.member.id)} to ${formatId(targetId)}\n`);
  },
});

export const defragCommand: CommandSpec = defineCommand({
  name: 'defrag',
  summary: 'Give back the disk space of what was deleted, member by member',
  usage: '[flags]',
  flags: connectionFlags,
  run: async (invocation) => {
    // A rewriting of all data takes its time.
    const timeout = Math.max(invocation.flags['command-timeout'], 60_000);
    using etcd = new EtcdConnection({ ...invocation.flags, 'command-timeout': timeout });
    const errors: unknown[] = [];
    for (const member of (await listMembers(etcd)).members.filter(started)) {
      const [endpoint = ''] = member.clientUrls;
      try {
        await etcd.call(maintenanceService.defragment, {}, endpoint);
        invocation.out(`Finished defragmenting etcd member[${endpoint}]\n`);
      } catch (error) {
        errors.push(error);
      }
    }
    throwGathered(errors);
  },
});

const alarmNames: Readonly<Record<number, string>> = { [AlarmType.noSpace]: 'NOSPACE', [AlarmType.corrupt]: 'CORRUPT' };
const lineOf = ({ memberId, alarm }: Decoded<typeof alarmMember>): string =>
  `memberID:${formatId(memberId)} alarm:${alarmNames[alarm] ?? alarm}\n`;

const alarmList = defineCommand({
  name: 'list',
  summary: 'List the alarms that are raised',
  usage: '[flags]',
  flags: connectionFlags,
  run: async (invocation) => {
    using etcd = new EtcdConnection(invocation.flags);
    const { alarms } = await etcd.call(maintenanceService.alarm, { action: AlarmAction.get });
    invocation.out(alarms.map(lineOf).join(''));
  },
});

const alarmDisarm = defineCommand({
  name: 'disarm',
  summary: 'Take back all alarms, once their cause is gone',
  usage: '[flags]',
  flags: connectionFlags,
  run: async (invocation) => {
    using etcd = new EtcdConnection(invocation.flags);
    const { alarms } = await etcd.call(maintenanceService.alarm, { action: AlarmAction.get });
    for (const found of alarms) {
      const request = { action: AlarmAction.deactivate, memberId: found.memberId, alarm: found.alarm };
      await etcd.call(maintenanceService.alarm, request);
      invocation.out(lineOf(found));
    }
  },
});

export const alarmCommand: CommandSpec = {
  name: 'alarm',
  summary: 'The alarms of the store: list, disarm',
  usage: 'SUBCOMMAND',
  flags: {},
  subcommands: [alarmList, alarmDisarm],
};
