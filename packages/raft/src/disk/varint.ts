/** LevelDB's integers: the value, and where it ends; NaN when it does not. */
export function readVarint(bytes: Buffer, from: number, to: number): [value: number, end: number] {
  let value = 0;
  for (let at = from, scale = 1; at < to && scale < 2 ** 56; at++, scale *= 128) {
    const byte = bytes[at] as number;
    value += (byte & 127) * scale;
    if (byte < 128) return [value, at + 1];
  }
  return [Number.NaN, to];
}
