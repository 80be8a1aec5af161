import { connect as connectHttp2 } from 'node:http2';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import type { Container, HTTPGetAction, LifecycleHandler, Probe } from '@wherry/api';
import type Docker from 'dockerode';
import { execInContainer } from '../docker/exec.ts';

// Not by import: an ES module of node:http loads its WebSocket client along, 13 MB in a kubelet without probes too.
const { request: httpRequest } = process.getBuiltinModule('node:http');

export interface ProbeTarget {
  readonly docker: Docker;
  readonly containerId: string;
  readonly container: Container;
  /** The pod's address. */
  readonly ip: string;
}

export interface ProbeOutcome {
  readonly ok: boolean;
  readonly message: string;
}

const maxBodyBytes = 10 * 1024;

/** One probe, by whatever it names; a failure to probe is a failed probe. */
export async function runProbe(target: ProbeTarget, probe: Probe): Promise<ProbeOutcome> {
  const timeoutMs = (probe.timeoutSeconds ?? 1) * 1000;
  try {
    if (probe.exec) return await probeExec(target, probe.exec.command ?? [], timeoutMs);
    if (probe.httpGet) return await probeHttp(target, probe.httpGet, timeoutMs);
    if (probe.tcpSocket) {
      const port = portNumber(target.container, probe.tcpSocket.port);
      return await probeTcp(probe.tcpSocket.host ?? target.ip, port, timeoutMs);
    }
    if (probe.grpc) return await probeGrpc(target.ip, probe.grpc.port, probe.grpc.service ?? '', timeoutMs);
    return { ok: false, message: 'missing probe handler' };
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) };
  }
}

/** A number, or the name of one of the container's ports. */
export function portNumber(container: Container, port: number | string): number {
  if (typeof port === 'number') return port;
  const named = container.ports?.find((candidate) => candidate.name === port)?.containerPort;
  const number = named ?? Number(port);
  if (Number.isInteger(number) && number > 0 && number < 65_536) return number;
  throw new Error(`couldn't find port: ${port}`);
}

async function probeExec(target: ProbeTarget, command: readonly string[], timeoutMs: number): Promise<ProbeOutcome> {
  const result = await execInContainer(target.docker, target.containerId, command, timeoutMs);
  if (result === 'timeout')
    return { ok: false, message: `command timed out: "${command.join(' ')}" timed out after ${timeoutMs / 1000}s` };
  return { ok: result.exitCode === 0, message: result.output };
}

/** GET as upstream's prober: any status from 200 to 399 is a success; redirects to other hosts are not followed. */
export async function probeHttp(
  target: Pick<ProbeTarget, 'container' | 'ip'>,
  action: HTTPGetAction,
  timeoutMs: number,
): Promise<ProbeOutcome> {
  const scheme = (action.scheme ?? 'HTTP').toLowerCase();
  const host = action.host ?? target.ip;
  const port = portNumber(target.container, action.port);
  const path = action.path === undefined || action.path === '' ? '/' : action.path;
  const headers: Record<string, string> = { 'User-Agent': 'kube-probe/1.36', Accept: '*/*', Connection: 'close' };
  for (const { name, value } of action.httpHeaders ?? []) headers[name] = value;
  const send = scheme === 'https' ? httpsRequest : httpRequest;
  const signal = AbortSignal.timeout(timeoutMs);
  const { status, body } = await new Promise<{ status: number; body: string }>((resolve, reject) => {
    const options = { host, port, path: path.startsWith('/') ? path : `/${path}`, headers, signal, agent: false };
    const request = send({ ...options, rejectUnauthorized: false }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        if (text.length > maxBodyBytes) response.destroy();
      });
      response.on('error', reject);
      response.on('close', () => resolve({ status: response.statusCode ?? 0, body: text }));
    });
    request.on('error', reject);
    request.end();
  }).catch((error: unknown) => {
    const why = signal.aborted
      ? 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)'
      : goWords(error);
    throw new Error(`Get "${scheme}://${host}:${port}${path}": ${why}`);
  });
  if (status >= 200 && status < 400) return { ok: true, message: body };
  return { ok: false, message: `HTTP probe failed with statuscode: ${status}` };
}

async function probeTcp(host: string, port: number, timeoutMs: number): Promise<ProbeOutcome> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: timeoutMs });
    const finish = (ok: boolean, message: string): void => {
      socket.destroy();
      resolve({ ok, message });
    };
    socket.once('connect', () => finish(true, ''));
    socket.once('timeout', () => finish(false, `dial tcp ${host}:${port}: i/o timeout`));
    socket.once('error', (error) => finish(false, goWords(error)));
  });
}

/** grpc.health.v1.Health/Check over plain HTTP/2: the two messages are small enough to be written by hand. */
async function probeGrpc(ip: string, port: number, service: string, timeoutMs: number): Promise<ProbeOutcome> {
  const session = connectHttp2(`http://${ip}:${port}`);
  try {
    return await new Promise<ProbeOutcome>((resolve, reject) => {
      session.once('error', reject);
      const stream = session.request({
        ':method': 'POST',
        ':path': '/grpc.health.v1.Health/Check',
        'content-type': 'application/grpc',
        te: 'trailers',
      });
      stream.setTimeout(timeoutMs, () => {
        stream.close();
        reject(new Error(`timeout: failed to connect service "${ip}:${port}" within ${timeoutMs / 1000}s`));
      });
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('error', reject);
      stream.on('end', () => {
        const body = Buffer.concat(chunks);
        // Field 1 (status) as a varint: 08 01 is SERVING.
        const serving = body.length >= 7 && body[5] === 0x08 && body[6] === 1;
        resolve({ ok: serving, message: serving ? '' : 'service unhealthy (responded with "NOT_SERVING")' });
      });
      const name = Buffer.from(service);
      const message = name.length === 0 ? name : Buffer.concat([Buffer.from([0x0a, name.length]), name]);
      const prefix = Buffer.alloc(5);
      prefix.writeUInt32BE(message.length, 1);
      stream.end(Buffer.concat([prefix, message]));
    });
  } finally {
    session.destroy();
  }
}

/** What users of upstream read in their events. */
function goWords(error: unknown): string {
  const { code, address, port, message } = error as NodeJS.ErrnoException & { address?: string; port?: number };
  const where = `dial tcp ${address}:${port}`;
  if (code === 'ECONNREFUSED') return `${where}: connect: connection refused`;
  if (code === 'EHOSTUNREACH') return `${where}: connect: no route to host`;
  return message;
}

export async function runHandler(
  target: ProbeTarget,
  handler: LifecycleHandler,
  timeoutMs: number,
): Promise<ProbeOutcome> {
  if (handler.exec) return probeExec(target, handler.exec.command ?? [], timeoutMs);
  if (handler.httpGet) return probeHttp(target, handler.httpGet, timeoutMs);
  return { ok: false, message: 'invalid handler' };
}
