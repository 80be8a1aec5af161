const quote = 0x22;
const backslash = 0x5c;
const open = 0x7b;
const close = 0x7d;

/** Where the object that starts at `from` ends (exclusive), in the bytes of well-formed JSON. */
export function endOfObject(json: Buffer, from: number): number {
  let depth = 0;
  for (let at = from; at < json.length; at++) {
    const byte = json[at];
    if (byte === quote) at = endOfString(json, at);
    else if (byte === open) depth++;
    else if (byte === close && --depth === 0) return at + 1;
  }
  return json.length;
}

/** The index of the closing quote. */
function endOfString(json: Buffer, start: number): number {
  let at = start + 1;
  while (json[at] !== quote) at += json[at] === backslash ? 2 : 1;
  return at;
}
