import { defineCommand } from '../cli/command.ts';
import { CliError } from '../cli/errors.ts';
import { bool } from '../cli/flags.ts';
import { change, fileFor } from '../kubeconfig/files.ts';
import { setProperty, unsetProperty } from '../kubeconfig/property.ts';
import type { SectionName } from '../kubeconfig/shape.ts';
import type { KubeconfigFile } from '@wherry/client';
import { configPaths } from './config-files.ts';

/** The file that has the entry of the property's name, as for any other change. */
function holds(property: string): (file: KubeconfigFile) => boolean {
  const [section = '', ...rest] = property.split('.');
  if (property === 'current-context') return (file) => Boolean(file['current-context']);
  const list = (file: KubeconfigFile): readonly { readonly name: string }[] => file[section as SectionName] ?? [];
  const path = rest.join('.');
  return (file) => list(file).some(({ name }) => path === name || path.startsWith(`${name}.`));
}

export const setProperties = defineCommand({
  name: 'set',
  summary: 'Set an individual value in a kubeconfig file',
  usage: 'PROPERTY_NAME PROPERTY_VALUE',
  description:
    'PROPERTY_NAME is a dot delimited name: clusters.NAME.server, users.NAME.token, contexts.NAME.namespace, current-context. Binary fields expect base64 unless --set-raw-bytes is given.',
  flags: {
    'set-raw-bytes': bool(
      'When writing a []byte PROPERTY_VALUE, write the given string directly without base64 decoding.',
    ),
  },
  run: async (invocation) => {
    const [property = '', value = ''] = invocation.args;
    if (invocation.args.length !== 2) throw new CliError(`Unexpected args: [${invocation.args.join(' ')}]`);
    if (property === '') throw new CliError('you must specify a property');
    const path = await fileFor(await configPaths(invocation), holds(property));
    await change(path, (file) => setProperty(file, property, value, invocation.flags['set-raw-bytes']));
    invocation.out(`Property ${JSON.stringify(property)} set.\n`);
  },
});

export const unsetProperties = defineCommand({
  name: 'unset',
  summary: 'Unset an individual value in a kubeconfig file',
  usage: 'PROPERTY_NAME',
  flags: {},
  run: async (invocation) => {
    const [property = ''] = invocation.args;
    if (invocation.args.length !== 1) throw new CliError(`Unexpected args: [${invocation.args.join(' ')}]`);
    const path = await fileFor(await configPaths(invocation), holds(property));
    await change(path, (file) => unsetProperty(file, property));
    invocation.out(`Property ${JSON.stringify(property)} unset.\n`);
  },
});
