import type { Message, NodeId } from '../core/types.ts';
import type { Clock, RaftLog, StateMachine, Transport } from './types.ts';

/** A snapshot that has not arrived by then is given up; the core begins another one. */
const limitMs = 10 * 60_000;

/** Sends snapshots, one at a time to each member. */
export class SnapshotSender {
  readonly #parts: { machine: StateMachine; transport: Transport; clock: Clock; log: RaftLog };
  readonly #report: (to: NodeId, ok: boolean) => void;
  /** By receiver: where the snapshot stands. */
  readonly #sending = new Map<NodeId, { index: number; done: Promise<void> }>();

  constructor(
    parts: { machine: StateMachine; transport: Transport; clock: Clock; log: RaftLog },
    report: (to: NodeId, ok: boolean) => void,
  ) {
    this.#parts = parts;
    this.#report = report;
  }

  /** The receivers will need the entries behind these. */
  get needs(): number[] {
    return [...this.#sending.values()].map(({ index }) => index);
  }

  /** Takes the state as it is now, at `applied` or later, in place of what the message names. */
  send(message: Message & { type: 'snapshot' }, applied: number): void {
    const { to } = message;
    if (this.#sending.has(to)) return;
    const { log } = this.#parts;
    const done = this.#send(message).then(
      () => true,
      (err: unknown) => {
        log.warn({ err, to }, 'raft-snapshot-not-sent');
        return false;
      },
    );
    this.#sending.set(to, {
      index: applied,
      done: done.then((ok) => {
        this.#sending.delete(to);
        this.#report(to, ok);
      }),
    });
  }

  /** When nothing is on its way any more: soon, once the transport is closed. */
  async idle(): Promise<void> {
    await Promise.all([...this.#sending.values()].map(({ done }) => done));
  }

  async #send(message: Message & { type: 'snapshot' }): Promise<void> {
    const { machine, transport, clock, log } = this.#parts;
    const snapshot = await machine.snapshot();
    const startedMs = clock.nowMs();
    const { index } = snapshot.mark;
    log.info({ to: message.to, index }, 'raft-snapshot-sending');
    let late = false;
    let timer: { cancel(): void } | undefined;
    const expired = new Promise<never>((_, reject) => {
      timer = clock.after(limitMs, () => {
        late = true;
        reject(new Error(`the snapshot has not arrived after ${limitMs} ms`));
      });
    });
    async function* inTime(): AsyncIterable<Uint8Array> {
      for await (const chunk of snapshot.chunks) {
        if (late) throw new Error('the snapshot was given up');
        yield chunk;
      }
    }
    try {
      await Promise.race([transport.sendSnapshot({ ...message, mark: snapshot.mark }, inTime()), expired]);
      log.info({ to: message.to, index, durationMs: Math.round(clock.nowMs() - startedMs) }, 'raft-snapshot-sent');
    } finally {
      timer?.cancel();
      await snapshot.close();
    }
  }
}
