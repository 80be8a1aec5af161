import type { ByteString, KeyRange } from './etcd-store.ts';

// eslint-disable-next-line no-control-regex
const ascii = /^[\0-\x7f]*$/;

/** The UTF-8 bytes of a key, one character each. Throws TypeError for what is no text. */
export function toByteString(key: string): ByteString {
  if (ascii.test(key)) return key;
  if (!key.isWellFormed()) throw new TypeError('key is not well-formed Unicode');
  return Buffer.from(key, 'utf8').toString('latin1');
}

/** What toByteString was given. */
export function fromByteString(key: ByteString): string {
  return ascii.test(key) ? key : Buffer.from(key, 'latin1').toString('utf8');
}

/** The range end that stands for no end. */
export const noEnd: ByteString = '\0';

/** Where the keys that start with `prefix` end: as `rangeEnd` of a range that starts at the prefix. */
export function prefixEnd(prefix: ByteString): ByteString {
  for (let i = prefix.length - 1; i >= 0; i--) {
    const byte = prefix.charCodeAt(i);
    if (byte < 0xff) return prefix.slice(0, i) + String.fromCharCode(byte + 1);
  }
  return noEnd;
}

/** The keys that start with `prefix`. No key is empty, so all of them start at the smallest one there can be. */
export function prefixRange(prefix: ByteString): Required<KeyRange> & { rangeEnd: ByteString } {
  return { key: prefix === '' ? '\0' : prefix, rangeEnd: prefixEnd(prefix) };
}

/** Whether it names one key rather than all between two. */
export function isSingle({ rangeEnd }: KeyRange): boolean {
  return rangeEnd === undefined || rangeEnd === '';
}

/** Whether `key` lies before the end of the range, given that it is not before its start. */
export function beforeEnd(key: ByteString, rangeEnd: ByteString): boolean {
  return rangeEnd === noEnd || key < rangeEnd;
}

export function inRange(key: ByteString, range: KeyRange): boolean {
  const { rangeEnd } = range;
  if (rangeEnd === undefined || rangeEnd === '') return key === range.key;
  return key >= range.key && beforeEnd(key, rangeEnd);
}
