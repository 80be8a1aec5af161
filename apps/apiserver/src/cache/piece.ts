/** Bytes that are kept in another form, and written where they are wanted. */
export interface Bytes {
  readonly byteLength: number;
  /** There must be room for all of them. */
  copyTo(target: Buffer, at: number): void;
}

/** A part of an answer. */
export type Piece = Buffer | Bytes;

export function joinPieces(pieces: readonly Piece[]): Buffer {
  let size = 0;
  for (const piece of pieces) size += piece.byteLength;
  const joined = Buffer.allocUnsafe(size);
  let at = 0;
  for (const piece of pieces) {
    if (Buffer.isBuffer(piece)) piece.copy(joined, at);
    else piece.copyTo(joined, at);
    at += piece.byteLength;
  }
  return joined;
}
