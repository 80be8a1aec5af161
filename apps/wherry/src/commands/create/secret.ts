import type { CommandSpec } from '../../cli/command.ts';
import { defineCommand } from '../../cli/command.ts';
import { CliError } from '../../cli/errors.ts';
import { string } from '../../cli/flags.ts';
import { readSources, sourceFlags } from './files.ts';
import { builtIn, createGenerated, generatorFlags, requireName } from './generated.ts';

const secrets = builtIn('', 'Secret', 'secrets');

const generic = defineCommand({
  name: 'generic',
  summary: 'Create a secret from a local file, directory, or literal value',
  usage: 'NAME [--type=string] [--from-file=[key=]source] [--from-literal=key1=value1]',
  flags: { ...generatorFlags, ...sourceFlags, type: string('The type of secret to create') },
  run: async (invocation) => {
    const name = requireName(invocation);
    const data = [...(await readSources(invocation.flags, invocation.io.cwd))];
    const { type } = invocation.flags;
    await createGenerated(
      invocation,
      secrets,
      name,
      {
        ...(data.length > 0 ? { data: Object.fromEntries(data.map(([k, v]) => [k, v.toString('base64')])) } : {}),
        ...(type ? { type } : {}),
      },
      { failureSubject: 'secret' },
    );
  },
});

const tls = defineCommand({
  name: 'tls',
  summary: 'Create a TLS secret',
  usage: 'NAME --cert=path/to/cert/file --key=path/to/key/file',
  flags: {
    ...generatorFlags,
    cert: string('Path to PEM encoded public key certificate.'),
    key: string('Path to private key associated with given certificate.'),
  },
  run: async (invocation) => {
    const name = requireName(invocation);
    const { cert, key } = invocation.flags;
    if (!cert || !key) throw new CliError('key and cert must be specified');
    const files = { 'from-env-file': [], 'from-literal': [], 'from-file': [`tls.crt=${cert}`, `tls.key=${key}`] };
    const data = [...(await readSources(files, invocation.io.cwd))];
    await createGenerated(
      invocation,
      secrets,
      name,
      {
        data: Object.fromEntries(data.map(([k, v]) => [k, v.toString('base64')])),
        type: 'kubernetes.io/tls',
      },
      { failureSubject: 'secret' },
    );
  },
});

export const createSecret: CommandSpec = {
  name: 'secret',
  summary: 'Create a secret using a specified subcommand',
  usage: '(generic | tls)',
  flags: {},
  subcommands: [generic, tls],
};
