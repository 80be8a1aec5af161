import { spawn } from 'node:child_process';
import type { ClientConfig } from './client-config.ts';

/** The `exec` of a kubeconfig's user: a program that prints a credential (client.authentication.k8s.io). */
export interface ExecPlugin {
  readonly command: string;
  readonly args?: readonly string[] | null | undefined;
  readonly env?: readonly { readonly name: string; readonly value: string }[] | null | undefined;
  readonly apiVersion?: string | undefined;
  readonly installHint?: string | undefined;
  readonly provideClusterInfo?: boolean | undefined;
  readonly interactiveMode?: string | undefined;
}

export interface ExecCredential {
  readonly token?: string | undefined;
  /** PEM texts; both or none. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** Undefined: it does not end. */
  readonly expiresAtMs?: number | undefined;
}

export interface ExecSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether somebody can be asked on standard input. */
  readonly interactive: boolean;
  readonly signal?: AbortSignal | undefined;
}

const versions = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1'];
const maxOutputBytes = 1 << 20;
/** Somebody may have to log in with a browser meanwhile. */
const timeoutMs = 5 * 60_000;

/** @throws {Error} in upstream's words for a plugin that cannot be used as it is configured */
export function checkExecPlugin(user: string, exec: ExecPlugin): void {
  const { command, apiVersion = '', interactiveMode = '' } = exec;
  if (!command) throw new Error(`command must be specified for ${user} to use exec authentication plugin`);
  if (!apiVersion) throw new Error(`apiVersion must be specified for ${user} to use exec authentication plugin`);
  if (!versions.includes(apiVersion)) throw new Error(`exec plugin: invalid apiVersion ${JSON.stringify(apiVersion)}`);
  if (interactiveMode === '' && apiVersion === versions[0])
    throw new Error(`interactiveMode must be specified for ${user} to use exec authentication plugin`);
  if (!['', 'Never', 'IfAvailable', 'Always'].includes(interactiveMode))
    throw new Error(`invalid interactiveMode for ${user}: ${JSON.stringify(interactiveMode)}`);
}

/** Runs the program, without a shell, and reads what it prints. @throws {Error} */
export async function runExecPlugin(
  exec: ExecPlugin,
  config: ClientConfig,
  around: ExecSurroundings,
): Promise<ExecCredential> {
  const mode = exec.interactiveMode || 'IfAvailable';
  if (mode === 'Always' && !around.interactive)
    throw new Error('exec plugin cannot support interactive mode: standard input is not a terminal');
  const interactive = mode !== 'Never' && around.interactive;
  const info = {
    kind: 'ExecCredential',
    apiVersion: exec.apiVersion,
    spec: { ...(exec.provideClusterInfo ? { cluster: clusterInfo(config) } : {}), interactive },
  };
  const own = Object.fromEntries((exec.env ?? []).map(({ name, value }) => [name, value]));
  const env = { ...around.env, ...own, KUBERNETES_EXEC_INFO: JSON.stringify(info) };
  const text = await outputOf(exec, env, interactive, around.signal);
  return readCredential(text, exec.apiVersion ?? '');
}

function clusterInfo(config: ClientConfig): object {
  return {
    server: config.servers[0],
    ...(config.tlsServerName ? { 'tls-server-name': config.tlsServerName } : {}),
    ...(config.insecureSkipTlsVerify ? { 'insecure-skip-tls-verify': true } : {}),
    ...(config.ca ? { 'certificate-authority-data': Buffer.from(config.ca).toString('base64') } : {}),
    config: null,
  };
}

function outputOf(
  { command, args, installHint }: ExecPlugin,
  env: Record<string, string | undefined>,
  interactive: boolean,
  signal: AbortSignal | undefined,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...(args ?? [])], {
      env,
      stdio: [interactive ? 'inherit' : 'ignore', 'pipe', 'inherit'],
      timeout: timeoutMs,
      ...(signal ? { signal } : {}),
    });
    const chunks: Buffer[] = [];
    let size = 0;
    child.stdout?.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxOutputBytes) chunks.push(chunk);
      else {
        // What it has started itself may hold the pipe open.
        child.stdout?.destroy();
        child.kill('SIGKILL');
        reject(new Error('getting credentials: the exec plugin says too much'));
      }
    });
    child.once('error', (error: NodeJS.ErrnoException) => {
      const missing = error.code === 'ENOENT' || error.code === 'EACCES';
      const hint = installHint ? `\n\n${installHint}` : '';
      reject(new Error(missing ? `getting credentials: exec: executable ${command} not found${hint}` : error.message));
    });
    child.once('close', (code) => {
      if (code !== 0)
        return reject(
          new Error(`getting credentials: exec: executable ${command} failed with exit code ${code ?? -1}`),
        );
      resolve(Buffer.concat(chunks).toString('utf8'));
    });
  });
}

/** @throws {Error} in upstream's words */
export function readCredential(text: string, apiVersion: string): ExecCredential {
  let answer: { kind?: unknown; apiVersion?: unknown; status?: Record<string, unknown> | null };
  try {
    answer = JSON.parse(text) as typeof answer;
  } catch (error) {
    throw new Error(`decoding stdout: ${(error as Error).message}`, { cause: error });
  }
  if (typeof answer !== 'object' || answer === null || answer.kind !== 'ExecCredential')
    throw new Error('decoding stdout: the exec plugin did not print an ExecCredential');
  if (answer.apiVersion !== apiVersion)
    throw new Error(
      `exec plugin is configured to use API version ${apiVersion}, plugin returned version ${String(answer.apiVersion)}`,
    );
  const { status } = answer;
  if (!status) throw new Error("exec plugin didn't return a status field");
  const field = (name: string): string | undefined => {
    const value = status[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const [token, cert, key, until] = ['token', 'clientCertificateData', 'clientKeyData', 'expirationTimestamp'].map(
    field,
  );
  if ((cert === undefined) !== (key === undefined))
    throw new Error('exec plugin returned only certificate or key, not both');
  if (token === undefined && cert === undefined) throw new Error("exec plugin didn't return a token or cert/key pair");
  const expiresAtMs = until === undefined ? undefined : Date.parse(until);
  if (Number.isNaN(expiresAtMs)) throw new Error('decoding stdout: expirationTimestamp is no time');
  return { token, cert, key, expiresAtMs };
}
