import {
  type handleClientStreamingCall,
  type handleUnaryCall,
  Metadata,
  type sendUnaryData,
  Server,
  type ServerReadableStream,
  status,
} from '@grpc/grpc-js';
import type { Message, NodeId } from '../core/types.ts';
import type { RaftLog, Transport, TransportReceiver } from '../runner/types.ts';
import { callSnapshot } from './calls.ts';
import { decodeMessages } from './codec.ts';
import { LimitedLog } from './limited-log.ts';
import { type LinkParts, PeerLink } from './peer-link.ts';
import { isMember, type PeerTls, serverCredentials } from './peer-tls.ts';
import { metadataKeys, peerService, removedStatus, serverOptions } from './service.ts';
import { readSnapshotFrames, type SnapshotMessage } from './snapshot-frames.ts';

/** Senders that are no known members, whose addresses are kept to answer them. */
const maxStrangers = 16;

export interface GrpcTransportOptions {
  id: NodeId;
  /** Of another cluster nothing is taken. */
  clusterId: string;
  /** `host:port`; port 0 is any free one. */
  listen: string;
  /** Both sides show a certificate and verify the other's. Without it nothing is encrypted: for tests alone. */
  tls?: PeerTls | undefined;
  log: RaftLog;
  /** Answers askMembers(). */
  members?: (() => Uint8Array | Promise<Uint8Array>) | undefined;
  random?: (() => number) | undefined;
}

/** A call that is refused: the code and what to tell the caller. */
class Refusal extends Error {
  readonly code: status;
  constructor(code: status, details: string) {
    super(details);
    this.code = code;
  }
}

function removedFrom(id: NodeId): Refusal {
  return new Refusal(removedStatus, `member ${id} was removed from the cluster`);
}

/** Members over gRPC: to each other one a stream that stays open, and a call of its own for each snapshot. */
export class GrpcTransport implements Transport {
  readonly #options: GrpcTransportOptions;
  readonly #log: LimitedLog;
  readonly #server = new Server(serverOptions);
  readonly #linkParts: LinkParts;
  readonly #links = new Map<NodeId, PeerLink>();
  /** How to end the stream of each. */
  readonly #inbound = new Map<NodeId, (reason: Refusal) => void>();
  /** Snapshots that are arriving. */
  readonly #snapshots = new Set<ServerReadableStream<Buffer, Buffer>>();
  readonly #closing = new AbortController();
  #peers: ReadonlyMap<NodeId, readonly string[]> = new Map();
  #removed: ReadonlySet<NodeId> = new Set();
  /** Members that this one has not heard of yet: it may have to answer one to hear of it. */
  readonly #strangers = new Map<NodeId, readonly string[]>();
  #receiver: TransportReceiver | undefined;
  #port = 0;

  constructor(options: GrpcTransportOptions) {
    this.#options = options;
    this.#log = new LimitedLog(options.log);
    const { id, clusterId, tls, random = Math.random } = options;
    this.#linkParts = {
      id,
      clusterId,
      tls,
      random,
      log: this.#log,
      ownUrls: () => this.#peers.get(id) ?? [],
      onUnreachable: (peer) => this.#receiver?.onUnreachable(peer),
      onRemoved: () => this.#receiver?.onRemoved(),
    };
  }

  /** On which it listens, once it is started. */
  get port(): number {
    return this.#port;
  }

  async start(receiver: TransportReceiver): Promise<void> {
    this.#receiver = receiver;
    const { listen, tls } = this.#options;
    this.#server.addService(peerService, {
      messages: this.#onMessages,
      snapshot: this.#onSnapshot,
      members: this.#onMembers,
    });
    this.#port = await new Promise<number>((resolve, reject) => {
      this.#server.bindAsync(listen, serverCredentials(tls), (error, port) => {
        if (error === null) resolve(port);
        else reject(new Error(`cannot listen for members on ${listen}: ${error.message}`, { cause: error }));
      });
    });
    this.#connect();
  }

  setPeers(peers: ReadonlyMap<NodeId, readonly string[]>, removed: readonly NodeId[]): void {
    for (const id of this.#peers.keys()) if (!peers.has(id)) this.#disconnect(id);
    for (const id of removed) {
      this.#strangers.delete(id);
      this.#disconnect(id);
      this.#inbound.get(id)?.(removedFrom(id));
    }
    this.#removed = new Set(removed);
    for (const id of peers.keys()) this.#strangers.delete(id);
    this.#peers = peers;
    this.#connect();
  }

  send(messages: readonly Message[]): void {
    for (const message of messages) this.#links.get(message.to)?.send(message);
  }

  async sendSnapshot(message: SnapshotMessage, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const url = this.#links.get(message.to)?.bestUrls[0];
    if (url === undefined) throw new Error(`where member ${message.to} is, is not known`);
    await callSnapshot(this.#linkParts, url, message, chunks, this.#closing.signal);
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    for (const call of this.#snapshots) call.destroy(new Error('this member is being closed'));
    for (const link of this.#links.values()) link.close();
    this.#links.clear();
    this.#server.forceShutdown();
  }

  #connect(): void {
    if (this.#receiver === undefined || this.#closing.signal.aborted) return;
    for (const [id, urls] of [...this.#strangers, ...this.#peers]) {
      if (id === this.#options.id) continue;
      const link = this.#links.get(id);
      if (link === undefined) this.#links.set(id, new PeerLink(this.#linkParts, id, urls));
      else link.setUrls(urls);
    }
  }

  #disconnect(id: NodeId): void {
    this.#links.get(id)?.close();
    this.#links.delete(id);
  }

  /** Who calls; throws a Refusal, which is logged. */
  #admit(call: ServerReadableStream<Buffer, Buffer>): NodeId {
    const said = (key: string): string => String(call.metadata.get(key)[0] ?? '');
    const { id, clusterId, tls } = this.#options;
    const from = Number(said(metadataKeys.from));
    const refuse = (code: status, details: string): never => {
      this.#log.warn({ from, address: call.getPeer(), reason: details }, 'raft-peer-refused', `${from} ${details}`);
      throw new Refusal(code, details);
    };
    if (tls !== undefined && !isMember(call.getAuthContext()?.sslPeerCertificate)) {
      refuse(status.PERMISSION_DENIED, 'the certificate is not that of a member');
    }
    if (said(metadataKeys.cluster) !== clusterId) {
      refuse(
        status.FAILED_PRECONDITION,
        `this is a member of cluster ${clusterId}, not of ${said(metadataKeys.cluster)}`,
      );
    }
    if (Number(said(metadataKeys.to)) !== id) {
      refuse(status.FAILED_PRECONDITION, `this is member ${id}, not ${said(metadataKeys.to)}`);
    }
    if (!Number.isSafeInteger(from) || from <= 0 || from === id) {
      refuse(status.INVALID_ARGUMENT, `${said(metadataKeys.from)} is no id of another member`);
    }
    if (this.#removed.has(from)) refuse(removedFrom(from).code, removedFrom(from).message);
    if (!this.#peers.has(from)) this.#meet(from, said(metadataKeys.urls));
    return from;
  }

  /**
   * A member that was cut off for a while may not have heard of the one that leads now: it hears of it from that one
   * alone, and only if it answers.
   */
  #meet(id: NodeId, urlsText: string): void {
    const urls = parseUrls(urlsText);
    if (urls.length === 0) return;
    if (!this.#strangers.has(id)) {
      this.#log.info({ id, urls }, 'raft-peer-unknown');
      const [oldest] = this.#strangers.keys();
      if (this.#strangers.size >= maxStrangers && oldest !== undefined) this.#forget(oldest);
    }
    this.#strangers.set(id, urls);
    this.#connect();
  }

  #forget(stranger: NodeId): void {
    this.#strangers.delete(stranger);
    this.#links.get(stranger)?.close();
    this.#links.delete(stranger);
  }

  readonly #onMessages: handleClientStreamingCall<Buffer, Buffer> = (call, callback) => {
    let ended = false;
    const end = (error: unknown): void => {
      if (ended) return;
      ended = true;
      callback({ code: error instanceof Refusal ? error.code : status.INVALID_ARGUMENT, details: text(error) });
      call.destroy();
      if (this.#inbound.get(from) === end) this.#inbound.delete(from);
    };
    let from = 0;
    try {
      from = this.#admit(call);
    } catch (error) {
      end(error);
      return;
    }
    this.#inbound.get(from)?.(new Refusal(status.ABORTED, 'a newer stream takes its place'));
    this.#inbound.set(from, end);
    call.sendMetadata(new Metadata());
    call.on('data', (bytes: Buffer) => {
      if (ended) return;
      try {
        this.#receiver?.onMessages(this.#decode(bytes, from));
      } catch (error) {
        this.#log.warn({ from, reason: text(error) }, 'raft-peer-garbage', `${from} garbage`);
        end(error);
      }
    });
    call.on('error', end);
    call.on('end', () => end(new Error('ended')));
    call.on('cancelled', () => end(new Error('cancelled')));
  };

  #decode(bytes: Buffer, from: NodeId): Message[] {
    const messages = decodeMessages(bytes);
    for (const message of messages) {
      if (message.from !== from || message.to !== this.#options.id || message.type === 'snapshot') {
        throw new Refusal(
          status.INVALID_ARGUMENT,
          `a message of type ${message.type} from ${message.from} to ${message.to}`,
        );
      }
    }
    return messages;
  }

  readonly #onSnapshot: handleClientStreamingCall<Buffer, Buffer> = (call, callback) => {
    void answer(callback, status.ABORTED, async () => {
      this.#snapshots.add(call);
      try {
        await this.#takeSnapshot(call);
        return Buffer.of();
      } catch (error) {
        call.destroy();
        throw error;
      } finally {
        this.#snapshots.delete(call);
      }
    });
  };

  async #takeSnapshot(call: ServerReadableStream<Buffer, Buffer>): Promise<void> {
    // What reads it hears of every error.
    call.on('error', () => undefined);
    const from = this.#admit(call);
    const frames = call[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    const { message, chunks } = await readSnapshotFrames(frames);
    if (message.from !== from || message.to !== this.#options.id) {
      throw new Refusal(status.INVALID_ARGUMENT, `a snapshot from ${message.from} to ${message.to}`);
    }
    await this.#receiver?.onSnapshot(message, chunks);
  }

  readonly #onMembers: handleUnaryCall<Buffer, Buffer> = (_, callback) => {
    void answer(callback, status.UNAVAILABLE, async () => {
      const { members } = this.#options;
      if (members === undefined) throw new Refusal(status.UNIMPLEMENTED, 'this member does not tell');
      return Buffer.from(await members());
    });
  };
}

async function answer(callback: sendUnaryData<Buffer>, code: status, make: () => Promise<Buffer>): Promise<void> {
  let reply: Buffer | undefined;
  let failure: { code: status; details: string } | undefined;
  try {
    reply = await make();
  } catch (error) {
    failure = { code: error instanceof Refusal ? error.code : code, details: text(error) };
  }
  callback(failure ?? null, reply);
}

function parseUrls(said: string): string[] {
  try {
    const urls: unknown = JSON.parse(said);
    if (!Array.isArray(urls) || urls.length > 8) return [];
    return urls.filter((url): url is string => typeof url === 'string' && URL.canParse(url));
  } catch {
    // It is not reached until it is known; nothing else hangs on it.
    return [];
  }
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
