import type { ListMeta, Status } from '@wherry/apimachinery';
import type { Entry } from '../cache/entry.ts';
import type { Piece } from '../cache/piece.ts';
import type { FrameView } from '../cache/watcher.ts';

export interface ListBody {
  body: Iterable<Piece>;
  length?: number | undefined;
}

/** How objects are shown to a client: what is made of them, and in which encoding. */
export interface View extends FrameView {
  readonly contentType: string;
  readonly watchContentType: string;
  one(entry: Entry): Buffer;
  list(entries: readonly Entry[], meta: ListMeta): ListBody | Promise<ListBody>;
  /** The frame of an object that only carries a resourceVersion. */
  bookmark(revision: number, annotations?: Record<string, string>): Buffer;
  /** The last frame of a watch that cannot go on. */
  failure(status: Status): Buffer;
}
