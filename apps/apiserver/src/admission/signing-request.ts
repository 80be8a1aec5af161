const SEQUENCE = 0x30;
const INTEGER = 0x02;
const SET = 0x31;
/** 2.5.4.3 */
const COMMON_NAME = '550403';

/** The common name that a PKCS #10 request (base64 of PEM) asks for; '' when it asks for none. Throws when it is none. */
export function requestedCommonName(encoded: string): string {
  const pem = Buffer.from(encoded, 'base64').toString('latin1');
  const block = /-----BEGIN CERTIFICATE REQUEST-----([^-]*)-----END CERTIFICATE REQUEST-----/.exec(pem);
  if (block === null) throw new Error('PEM block type must be CERTIFICATE REQUEST');
  const [whole] = children(Buffer.from(block[1] ?? '', 'base64'));
  const [info] = whole?.tag === SEQUENCE ? children(whole.content) : [];
  const [version, subject] = info?.tag === SEQUENCE ? children(info.content) : [];
  if (version?.tag !== INTEGER || subject?.tag !== SEQUENCE) throw new Error('x509: malformed certificate request');
  let found = '';
  for (const set of children(subject.content)) {
    for (const pair of set.tag === SET ? children(set.content) : []) {
      const [type, value] = children(pair.content);
      // The last one counts, as where certificates are read.
      if (type?.content.toString('hex') === COMMON_NAME) found = value?.content.toString('utf8') ?? '';
    }
  }
  return found;
}

interface Element {
  tag: number;
  content: Buffer;
}

/** The elements of DER that follow each other. */
function children(der: Buffer): Element[] {
  const all: Element[] = [];
  for (let at = 0; at < der.length; ) {
    const tag = der[at]!;
    let length = der[at + 1] ?? 0;
    let start = at + 2;
    if (length > 0x80) {
      const size = length & 0x7f;
      if (size > 4 || start + size > der.length) throw new Error('x509: malformed certificate request');
      length = der.readUIntBE(start, size);
      start += size;
    }
    if (start + length > der.length) throw new Error('x509: malformed certificate request');
    all.push({ tag, content: der.subarray(start, start + length) });
    at = start + length;
  }
  return all;
}
