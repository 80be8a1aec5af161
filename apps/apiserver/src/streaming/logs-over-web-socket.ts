import type { Readable } from 'node:stream';
import type { WebSocket } from 'ws';

/** What upstream's reader of streams speaks: each message is a piece of the log. */
const protocols: readonly { name: string; base64: boolean }[] = [
  { name: 'binary.k8s.io', base64: false },
  { name: 'base64.binary.k8s.io', base64: true },
];
export type LogProtocol = (typeof protocols)[number];

export const logProtocolNames = protocols.map(({ name }) => name);

/** The first of those offered that is served; who offers none gets bytes. */
export function chooseLogProtocol(offered: readonly string[]): LogProtocol | undefined {
  if (offered.length === 0) return { name: '', base64: false };
  for (const name of offered) {
    const found = protocols.find((protocol) => protocol.name === name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Resolves when the log has ended, the client has gone or the server stops. */
export async function sendLogs(
  client: WebSocket,
  log: Readable,
  { base64 }: LogProtocol,
  stopping: AbortSignal,
): Promise<void> {
  const end = (): void => void log.destroy();
  client.once('close', end);
  stopping.addEventListener('abort', end, { once: true });
  try {
    // As upstream: an empty message first tells that the stream is open.
    await send(client, base64 ? '' : Buffer.alloc(0));
    for await (const chunk of log as AsyncIterable<Buffer>)
      await send(client, base64 ? chunk.toString('base64') : chunk);
    client.close(1000);
  } catch {
    // The client went, or the kubelet did: either way the stream is over.
    client.terminate();
  } finally {
    stopping.removeEventListener('abort', end);
    log.destroy();
  }
}

/** Resolves when it has left, so that no more is read than the client takes. */
function send(client: WebSocket, data: Buffer | string): Promise<void> {
  return new Promise((resolve, reject) => client.send(data, (error) => (error ? reject(error) : resolve())));
}
