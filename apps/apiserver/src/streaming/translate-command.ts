import type { Duplex, Readable, Writable } from 'node:stream';
import { channel, ChannelSocket, SpdyConnection, streamTypeHeader, type ChannelProtocol } from '@wherry/streaming';
import type { WebSocket } from 'ws';

export interface CommandStreams {
  stdin: boolean;
  stdout: boolean;
  stderr: boolean;
  tty: boolean;
}

/**
 * A client's channels over WebSocket on one side, a kubelet's SPDY on the other: kubelets need not know the newest
 * protocol. Resolves when the command is over, or one of them has gone.
 */
export async function translateCommand(
  client: WebSocket,
  protocol: ChannelProtocol,
  backend: Duplex,
  streams: CommandStreams,
  stopping: AbortSignal,
): Promise<void> {
  const channels = new ChannelSocket(client, protocol);
  // Asked for at once: a client may have sent its input together with the handshake.
  const input = streams.stdin ? quiet(channels.reader(channel.stdin)) : undefined;
  const sizes = streams.tty ? quiet(channels.reader(channel.resize)) : undefined;
  const spdy = new SpdyConnection('client', backend);
  const cut = () => client.terminate();
  stopping.addEventListener('abort', cut, { once: true });
  channels.onClose(() => spdy.destroy());
  try {
    const open = async (type: string) => quiet(await spdy.open({ [streamTypeHeader]: type }));
    const error = await open('error');
    const stdin = input && (await open('stdin'));
    const stdout = streams.stdout ? await open('stdout') : undefined;
    const stderr = streams.stderr && !streams.tty ? await open('stderr') : undefined;
    const resize = sizes && (await open('resize'));
    channels.send(stdout ? channel.stdout : stderr ? channel.stderr : channel.error, Buffer.alloc(0));
    if (input && stdin) input.pipe(stdin).resume();
    if (sizes && resize) sizes.pipe(resize).resume();
    const outputs: [Duplex, number][] = [[error, channel.error]];
    if (stdout) outputs.push([stdout, channel.stdout]);
    if (stderr) outputs.push([stderr, channel.stderr]);
    await Promise.all(outputs.map(([from, to]) => pour(from, channels.writer(to))));
    channels.close();
  } catch (error) {
    const status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      reason: 'InternalError',
      code: 500,
    };
    const message = `Internal error occurred: ${(error as Error).message}`;
    channels.send(channel.error, Buffer.from(JSON.stringify({ ...status, message })));
    channels.close();
  } finally {
    stopping.removeEventListener('abort', cut);
    spdy.close();
  }
}

/** Resolves when the stream has ended and all of it is sent, or it was cut off. */
function pour(from: Duplex, to: Writable): Promise<void> {
  return new Promise((resolve) => {
    to.once('finish', resolve)
      .once('close', resolve)
      .once('error', () => resolve());
    from.once('close', resolve);
    from.once('end', () => from.off('close', resolve));
    // Nothing is ever sent on an output.
    from.end();
    from.pipe(to);
  });
}

/** A side that goes away closes its streams; that is no error of ours. */
function quiet<T extends Readable>(stream: T): T {
  return stream.on('error', () => undefined);
}
