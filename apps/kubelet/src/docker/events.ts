import { addAbortSignal, type Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import type { GetEventsOptions } from 'dockerode';
import { ownerFilter, type Owner } from './labels.ts';

const reconnectMs = 1_000;
const maxLineBytes = 1 << 20;

export interface EngineEvents {
  /** A container started, died, or was removed; that it ran out of memory may be told before or after it died. */
  changed(id: string): void;
  /** The stream (re)opened: anything may have happened before it. */
  opened(): void;
  failed(error: unknown): void;
}

/** Follows Docker's event stream until aborted, reopening it when it breaks. */
export async function followEvents(
  docker: Docker,
  owner: Owner,
  events: EngineEvents,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      const filters = { type: ['container'], event: ['start', 'oom', 'die', 'destroy'], label: ownerFilter(owner) };
      const stream = (await docker.getEvents({ filters } as GetEventsOptions)) as Readable;
      addAbortSignal(signal, stream);
      events.opened();
      let rest = '';
      for await (const chunk of stream) {
        const lines = (rest + String(chunk)).split('\n');
        rest = lines.pop() ?? '';
        if (rest.length > maxLineBytes) throw new Error('an event of the engine is longer than 1 MiB');
        for (const line of lines) if (line !== '') events.changed(containerId(line));
      }
    } catch (error) {
      if (signal.aborted) return;
      events.failed(error);
    }
    await sleep(reconnectMs, undefined, { signal }).catch(() => undefined);
  }
}

function containerId(line: string): string {
  return (JSON.parse(line) as { Actor: { ID: string } }).Actor.ID;
}
