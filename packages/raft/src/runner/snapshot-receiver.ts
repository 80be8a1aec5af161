import type { SnapshotMark } from '../core/types.ts';
import type { StateMachine } from './types.ts';

/** Receives snapshots, one at a time: the next one may come once the core has taken or refused the last. */
export class SnapshotReceiver {
  readonly #machine: StateMachine;
  #receiving: Promise<void> | undefined;
  #received: SnapshotMark | undefined;

  constructor(machine: StateMachine) {
    this.#machine = machine;
  }

  /** `arrived` tells the core, in the moment in which there is something to install. */
  async receive(mark: SnapshotMark, chunks: AsyncIterable<Uint8Array>, arrived: () => void): Promise<void> {
    if (this.#receiving !== undefined || this.#received !== undefined) {
      throw new Error('another snapshot is being received');
    }
    this.#receiving = this.#machine.receive(mark, chunks);
    try {
      await this.#receiving;
      this.#received = mark;
      arrived();
    } finally {
      this.#receiving = undefined;
    }
  }

  /** When nothing is being received any more, whatever became of it. */
  async idle(): Promise<void> {
    await this.#receiving?.catch(() => undefined);
  }

  async install(mark: SnapshotMark): Promise<void> {
    const received = this.#received;
    this.#received = undefined;
    if (received?.index !== mark.index || received.term !== mark.term) {
      throw new Error(`the snapshot of entry ${mark.index} was never received`);
    }
    await this.#machine.install(mark);
  }

  /** The core had no use for what was received last. */
  forget(): void {
    this.#received = undefined;
  }
}
