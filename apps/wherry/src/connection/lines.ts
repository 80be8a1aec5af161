/** A frame that no server of ours sends in one piece is refused rather than gathered without end. */
const maxLineBytes = 64 * 1024 * 1024;

/** The lines of a byte stream, without their ends. */
export async function* readLines(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let pending: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    let rest = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      yield Buffer.concat([...pending, rest.subarray(0, end)]).toString('utf8');
      pending = [];
      size = 0;
      rest = rest.subarray(end + 1);
    }
    if (rest.length === 0) continue;
    pending.push(rest);
    size += rest.length;
    if (size > maxLineBytes) throw new Error('a line of the answer is too long');
  }
  if (size > 0) yield Buffer.concat(pending).toString('utf8');
}
