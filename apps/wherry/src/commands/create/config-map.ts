import { isUtf8 } from 'node:buffer';
import { defineCommand } from '../../cli/command.ts';
import { readSources, sourceFlags } from './files.ts';
import { appendHashFlag, builtIn, createGenerated, generatorFlags, hashedName, requireName } from './generated.ts';

export const createConfigMap = defineCommand({
  name: 'configmap',
  aliases: ['cm'],
  summary: 'Create a config map from a local file, directory or literal value',
  usage: 'NAME [--from-file=[key=]source] [--from-literal=key1=value1]',
  flags: { ...generatorFlags, ...appendHashFlag, ...sourceFlags },
  run: async (invocation) => {
    const name = requireName(invocation);
    const entries = [...(await readSources(invocation.flags, invocation.io.cwd))];
    const text = entries.filter(([, value]) => isUtf8(value)).map(([key, value]) => [key, value.toString('utf8')]);
    const binary = entries.filter(([, value]) => !isUtf8(value)).map(([key, value]) => [key, value.toString('base64')]);
    const content = {
      ...(text.length > 0 ? { data: Object.fromEntries(text) } : {}),
      ...(binary.length > 0 ? { binaryData: Object.fromEntries(binary) } : {}),
    };
    const named = invocation.flags['append-hash']
      ? hashedName(name, { data: {}, ...content, kind: 'ConfigMap' })
      : name;
    await createGenerated(invocation, builtIn('', 'ConfigMap', 'configmaps'), named, content);
  },
});
