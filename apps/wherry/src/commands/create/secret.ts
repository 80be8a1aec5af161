import { X509Certificate, createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { CommandSpec } from '../../cli/command.ts';
import { defineCommand } from '../../cli/command.ts';
import { CliError } from '../../cli/errors.ts';
import { string } from '../../cli/flags.ts';
import { readSources, sourceFlags } from './files.ts';
import {
  appendHashFlag,
  builtIn,
  createGenerated,
  generatorFlags,
  hashedName,
  requireName,
  type GeneratorInvocation,
} from './generated.ts';

const secrets = builtIn('', 'Secret', 'secrets');

async function createSecretOf(
  invocation: GeneratorInvocation & { readonly flags: { readonly 'append-hash': boolean } },
  name: string,
  fields: { readonly data?: Record<string, string>; readonly type?: string },
): Promise<void> {
  const content = { type: '', data: {}, ...fields, kind: 'Secret' };
  const named = invocation.flags['append-hash'] ? hashedName(name, content) : name;
  await createGenerated(invocation, secrets, named, fields, { failureSubject: 'secret' });
}

const generic = defineCommand({
  name: 'generic',
  summary: 'Create a secret from a local file, directory, or literal value',
  usage: 'NAME [--type=string] [--from-file=[key=]source] [--from-literal=key1=value1]',
  flags: { ...generatorFlags, ...appendHashFlag, ...sourceFlags, type: string('The type of secret to create') },
  run: async (invocation) => {
    const name = requireName(invocation);
    const data = [...(await readSources(invocation.flags, invocation.io.cwd))];
    const { type } = invocation.flags;
    const fields = {
      ...(data.length > 0 ? { data: Object.fromEntries(data.map(([k, v]) => [k, v.toString('base64')])) } : {}),
      ...(type ? { type } : {}),
    };
    await createSecretOf(invocation, name, fields);
  },
});

const tls = defineCommand({
  name: 'tls',
  summary: 'Create a TLS secret',
  usage: 'NAME --cert=path/to/cert/file --key=path/to/key/file',
  flags: {
    ...generatorFlags,
    ...appendHashFlag,
    cert: string('Path to PEM encoded public key certificate.'),
    key: string('Path to private key associated with given certificate.'),
  },
  run: async (invocation) => {
    const name = requireName(invocation);
    const { cert, key } = invocation.flags;
    if (!cert || !key) throw new CliError('key and cert must be specified');
    const [certificate, privateKey] = [await readPem(cert, invocation.io.cwd), await readPem(key, invocation.io.cwd)];
    checkKeyPair(certificate, privateKey);
    await createSecretOf(invocation, name, {
      data: { 'tls.crt': certificate.toString('base64'), 'tls.key': privateKey.toString('base64') },
      type: 'kubernetes.io/tls',
    });
  },
});

async function readPem(path: string, cwd: string): Promise<Buffer> {
  try {
    return await readFile(resolve(cwd, path));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EISDIR') throw new CliError(`Cannot read file ${path}, read ${path}: is a directory`);
    const why = code === 'ENOENT' ? 'no such file or directory' : (error as Error).message;
    throw new CliError(`Cannot read file ${path}, open ${path}: ${why}`);
  }
}

function checkKeyPair(certificate: Buffer, privateKey: Buffer): void {
  for (const [what, pem] of [['certificate', certificate] as const, ['key', privateKey] as const]) {
    if (!pem.includes('-----BEGIN ')) throw new CliError(`tls: failed to find any PEM data in ${what} input`);
  }
  let matches: boolean;
  try {
    matches = new X509Certificate(certificate).checkPrivateKey(createPrivateKey(privateKey));
  } catch (error) {
    throw new CliError(`tls: ${(error as Error).message}`);
  }
  if (!matches) throw new CliError('tls: private key does not match public key');
}

const dockerRegistry = defineCommand({
  name: 'docker-registry',
  summary: 'Create a secret for use with a Docker registry',
  usage:
    'NAME --docker-username=user --docker-password=password --docker-email=email [--docker-server=string] [--from-file=[key=]source]',
  flags: {
    ...generatorFlags,
    ...appendHashFlag,
    'docker-email': string('Email for Docker registry'),
    'docker-password': string('Password for Docker registry authentication'),
    'docker-server': string('Server location for Docker registry', 'https://index.docker.io/v1/'),
    'docker-username': string('Username for Docker registry authentication'),
    'from-file': sourceFlags['from-file'],
  },
  run: async (invocation) => {
    const { flags, io } = invocation;
    const name = requireName(invocation);
    const [username, password, email] = [flags['docker-username'], flags['docker-password'], flags['docker-email']];
    const files = flags['from-file'];
    if (files.length === 0 && (!username || !password || !flags['docker-server'])) {
      throw new CliError(
        'either --from-file or the combination of --docker-username, --docker-password and --docker-server is required',
      );
    }
    let data: Record<string, string>;
    if (files.length > 0) {
      const read = await readSources({ 'from-env-file': [], 'from-literal': [], 'from-file': files }, io.cwd);
      data = Object.fromEntries([...read].map(([key, value]) => [key, value.toString('base64')]));
    } else {
      const auth = Buffer.from(`${username}:${password}`).toString('base64');
      const entry = { username, password, ...(email ? { email } : {}), auth };
      const config = JSON.stringify({ auths: { [flags['docker-server']]: entry } });
      data = { '.dockerconfigjson': Buffer.from(config).toString('base64') };
    }
    await createSecretOf(invocation, name, { data, type: 'kubernetes.io/dockerconfigjson' });
  },
});

export const createSecret: CommandSpec = {
  name: 'secret',
  summary: 'Create a secret using a specified subcommand',
  usage: '(docker-registry | generic | tls)',
  flags: {},
  subcommands: [dockerRegistry, generic, tls],
};
