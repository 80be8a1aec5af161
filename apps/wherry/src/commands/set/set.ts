import type { CommandSpec } from '../../cli/command.ts';
import { setEnv } from './env.ts';
import { setImage } from './image.ts';
import { setResources } from './resources.ts';
import { setSelector } from './selector.ts';
import { setServiceAccount } from './service-account.ts';
import { setSubject } from './subject.ts';

export const set: CommandSpec = {
  name: 'set',
  summary: 'Set specific features on objects',
  usage: 'SUBCOMMAND',
  flags: {},
  subcommands: [setEnv, setImage, setResources, setSelector, setServiceAccount, setSubject],
};
