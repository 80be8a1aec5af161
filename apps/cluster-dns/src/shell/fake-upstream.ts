import { createSocket } from 'node:dgram';
import { createServer, type AddressInfo } from 'node:net';
import { decode, encode, type DecodedPacket, type Packet } from 'dns-packet';
import type { Upstream } from '../core/upstreams.ts';

export interface FakeUpstream extends AsyncDisposable {
  readonly at: Upstream;
  /** Questions as they came, `udp NAME` or `tcp NAME`. */
  readonly asked: string[];
}

/** Test support: another DNS server. `answer` gives what to change of an empty answer; 'silence' for none at all. */
export async function fakeUpstream(
  answer: (question: DecodedPacket, protocol: 'udp' | 'tcp') => Partial<Packet> | Buffer | 'silence',
): Promise<FakeUpstream> {
  const asked: string[] = [];
  const respond = (message: Buffer, protocol: 'udp' | 'tcp'): Buffer | undefined => {
    const question = decode(message);
    asked.push(`${protocol} ${question.questions?.[0]?.name ?? ''}`);
    const said = answer(question, protocol);
    if (said === 'silence') return undefined;
    if (Buffer.isBuffer(said)) return said;
    const { id, questions } = question;
    return encode({
      type: 'response',
      flags: 0x1_80,
      ...(id === undefined ? {} : { id }),
      ...(questions === undefined ? {} : { questions }),
      ...said,
    });
  };
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      const response = respond(chunk.subarray(2), 'tcp');
      if (response === undefined) return;
      const length = Buffer.alloc(2);
      length.writeUInt16BE(response.length);
      socket.write(Buffer.concat([length, response]));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const socket = createSocket('udp4');
  socket.on('message', (message, from) => {
    const response = respond(message, 'udp');
    if (response !== undefined) socket.send(response, from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(port, '127.0.0.1', resolve));
  return {
    at: { host: '127.0.0.1', port },
    asked,
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => socket.close(resolve));
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}
