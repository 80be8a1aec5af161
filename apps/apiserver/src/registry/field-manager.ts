/** As long as a field manager may be. */
const MAX_LENGTH = 128;

/** The field manager of a request that names none: the User-Agent up to its first slash, as upstream. */
export function managerFromUserAgent(userAgent: string | undefined): string {
  if (userAgent === undefined) return '';
  const slash = userAgent.indexOf('/');
  const name = slash < 0 ? userAgent : userAgent.slice(0, slash);
  if (name.length <= MAX_LENGTH && /^[\x20-\x7e]*$/.test(name)) return name;
  let printable = '';
  for (const letter of name.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '')) {
    if (Buffer.byteLength(printable) + Buffer.byteLength(letter) > MAX_LENGTH) break;
    printable += letter;
  }
  return printable;
}
