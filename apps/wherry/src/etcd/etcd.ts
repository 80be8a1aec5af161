import type { CommandSpec } from '../cli/command.ts';
import { alarmCommand, defragCommand, moveLeaderCommand, statusCommand } from './maintenance.ts';
import { memberCommand } from './members.ts';
import { rewriteCommand } from './rewrite.ts';
import { snapshotCommand } from './snapshot.ts';

export const etcdCommand: CommandSpec = {
  name: 'etcd',
  summary: 'Look after the store',
  usage: 'SUBCOMMAND',
  description:
    'Looks after the store that the apiservers are members of, over its etcd v3 API, with the certificate at pki/etcd/healthcheck-client.crt.',
  flags: {},
  subcommands: [
    statusCommand,
    memberCommand,
    snapshotCommand,
    moveLeaderCommand,
    defragCommand,
    alarmCommand,
    rewriteCommand,
  ],
};
