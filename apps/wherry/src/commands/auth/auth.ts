import type { CommandSpec } from '../../cli/command.ts';
import { canI } from './can-i.ts';
import { reconcile } from './reconcile.ts';
import { whoAmI } from './who-am-i.ts';

export const auth: CommandSpec = {
  name: 'auth',
  summary: 'Inspect authorization',
  usage: 'SUBCOMMAND',
  flags: {},
  subcommands: [canI, reconcile, whoAmI],
};
