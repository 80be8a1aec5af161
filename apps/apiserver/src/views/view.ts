import type { ListMeta } from '@wherry/apimachinery';
import type { Entry } from '../cache/entry.ts';
import type { FrameView } from '../cache/watcher.ts';

/** How objects are shown to a client: as they are, as a table, or only their metadata. */
export interface View extends FrameView {
  readonly contentType: string;
  readonly watchContentType: string;
  one(entry: Entry): Buffer;
  list(entries: readonly Entry[], meta: ListMeta): { body: Iterable<Buffer>; length?: number | undefined };
  /** An object that only carries a resourceVersion. */
  bookmark(revision: number, annotations?: Record<string, string>): Buffer;
}

export function frameOf(type: string, object: Buffer | string): Buffer {
  const bytes = typeof object === 'string' ? Buffer.from(object) : object;
  return Buffer.concat([Buffer.from(`{"type":"${type}","object":`), bytes, frameEnd]);
}

const frameEnd = Buffer.from('}\n');
