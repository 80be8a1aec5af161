import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { ClientConfig } from './client-config.ts';
import { Credentials } from './credentials.ts';
import { checkExecPlugin, readCredential, runExecPlugin, type ExecPlugin } from './exec-credential.ts';
import { parseKubeconfig } from './kubeconfig-file.ts';
import { resolveKubeconfig } from './kubeconfig.ts';

const apiVersion = 'client.authentication.k8s.io/v1';
const dir = mkdtempSync(join(tmpdir(), 'exec-credential-'));
afterAll(() => rmSync(dir, { recursive: true }));

let scripts = 0;
function plugin(script: string, more: Partial<ExecPlugin> = {}): ExecPlugin {
  const command = join(dir, `plugin-${scripts++}`);
  writeFileSync(command, `#!/bin/sh\n${script}\n`, { mode: 0o700 });
  return { command, apiVersion, interactiveMode: 'Never', ...more };
}

const config: ClientConfig = { servers: ['https://x:6443'], ca: 'CA' };
const around = { env: { PATH: process.env['PATH'] }, interactive: false };
const answer = (status: string): string => `{"kind":"ExecCredential","apiVersion":"${apiVersion}","status":${status}}`;

test('a plugin is given its words as they are, its variables and what it is asked for', async () => {
  const exec = plugin(
    `printf '${answer('{"token":"%s"}')}' "$1:$A:$(echo "$KUBERNETES_EXEC_INFO" | tr -d '"' | tr ' ' _)"`,
    { args: ['$(touch x);'], env: [{ name: 'A', value: 'b' }], provideClusterInfo: true },
  );
  const { token } = await runExecPlugin(exec, config, around);
  expect(token).toBe(
    `$(touch x);:b:{kind:ExecCredential,apiVersion:${apiVersion},spec:{cluster:{server:https://x:6443,certificate-authority-data:Q0E=,config:null},interactive:false}}`,
  );
});

test('a plugin that is missing, fails, says too much or wants to be asked is an error with its words', async () => {
  const missing = { command: join(dir, 'none'), apiVersion, installHint: 'install it' };
  await expect(runExecPlugin(missing, config, around)).rejects.toThrow(/executable .*none not found\n\ninstall it/);
  await expect(runExecPlugin(plugin('exit 7'), config, around)).rejects.toThrow('failed with exit code 7');
  await expect(runExecPlugin(plugin('yes'), config, around)).rejects.toThrow('says too much');
  await expect(runExecPlugin(plugin('', { interactiveMode: 'Always' }), config, around)).rejects.toThrow(
    'standard input is not a terminal',
  );
});

test('what a plugin prints must be a credential of the version that was asked for', () => {
  const read = (text: string) => () => readCredential(text, apiVersion);
  expect(read('nonsense')).toThrow('decoding stdout');
  expect(read('{"kind":"Pod"}')).toThrow('did not print an ExecCredential');
  expect(read(answer('null'))).toThrow("didn't return a status field");
  expect(read(answer('{}'))).toThrow("didn't return a token or cert/key pair");
  expect(read(answer('{"clientCertificateData":"x"}'))).toThrow('only certificate or key, not both');
  expect(() => readCredential(answer('{"token":"t"}'), 'client.authentication.k8s.io/v1beta1')).toThrow(
    'exec plugin is configured to use API version client.authentication.k8s.io/v1beta1, plugin returned version',
  );
  expect(read(answer('{"token":"t","expirationTimestamp":"2030-01-01T00:00:00Z"}'))()).toMatchObject({
    token: 't',
    expiresAtMs: Date.UTC(2030, 0, 1),
  });
});

test('a token that has ended is asked for again, once for all who need it', async () => {
  const exec = plugin(`echo x >> ${join(dir, 'runs')}; echo '${answer('{"token":"fresh"}')}'`);
  const credentials = new Credentials({ ...config, exec, token: 'old', tokenExpiresAtMs: 1 });
  const [first, second] = await Promise.all([credentials.headers(), credentials.headers()]);
  expect([first['authorization'], second['authorization']]).toEqual(['Bearer fresh', 'Bearer fresh']);
  const held = new Credentials({ ...config, exec, token: 'good', tokenExpiresAtMs: Date.now() + 60_000 });
  expect((await held.headers())['authorization']).toBe('Bearer good');
});

test('a kubeconfig names a plugin beside itself, and one that is not whole is refused', () => {
  const text = (exec: object): string =>
    JSON.stringify({
      'current-context': 'c',
      contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
      clusters: [{ name: 'k', cluster: { server: 'https://x' } }],
      users: [{ name: 'u', user: { exec } }],
    });
  const read = (exec: object) => resolveKubeconfig(parseKubeconfig(text(exec), '/etc/k')).config.exec?.command;
  expect(read({ command: './bin/login', apiVersion, interactiveMode: 'Never' })).toBe('/etc/k/bin/login');
  expect(read({ command: 'login', apiVersion, interactiveMode: 'Never' })).toBe('login');
  expect(() => read({ command: 'login', apiVersion })).toThrow('interactiveMode must be specified for u');
  expect(() => read({ apiVersion })).toThrow('command must be specified for u');
  expect(() => checkExecPlugin('u', { command: 'x', apiVersion: 'v9' })).toThrow('invalid apiVersion "v9"');
});
