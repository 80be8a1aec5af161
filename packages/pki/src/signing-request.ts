import { createPublicKey, verify } from 'node:crypto';

/** By the hexadecimal object identifier of the signature algorithm: the hash, `null` where the key says it. */
const hashes: Readonly<Record<string, string | null>> = {
  '2a864886f70d01010b': 'sha256',
  '2a864886f70d01010c': 'sha384',
  '2a864886f70d01010d': 'sha512',
  '2a8648ce3d040302': 'sha256',
  '2a8648ce3d040303': 'sha384',
  '2a8648ce3d040304': 'sha512',
  '2b6570': null,
};

/**
 * Why this is no PKCS #10 request (RFC 2986) in PEM that was signed by the key it asks for; undefined when it is one.
 * Reads no more of it than that, and takes no library.
 */
export function signingRequestFault(pem: string): string | undefined {
  const block = /-----BEGIN ([A-Z ]+)-----([^-]*)-----END \1-----/.exec(pem);
  if (block?.[1] !== 'CERTIFICATE REQUEST') return 'PEM block type must be CERTIFICATE REQUEST';
  try {
    const request = parse(Buffer.from(block[2] ?? '', 'base64'));
    if (request === undefined) return 'x509: malformed certificate request';
    const hash = hashes[request.algorithm];
    if (hash === undefined) return 'x509: cannot verify signature: algorithm unimplemented';
    const key = createPublicKey({ key: request.publicKey, format: 'der', type: 'spki' });
    return verify(hash, request.signed, key, request.signature) ? undefined : 'x509: signature verification failure';
  } catch (error) {
    return `x509: ${error instanceof Error ? error.message : 'malformed certificate request'}`;
  }
}

interface SigningRequest {
  /** What the signature is over. */
  signed: Buffer;
  /** SubjectPublicKeyInfo, DER */
  publicKey: Buffer;
  /** The object identifier's bytes, hexadecimal. */
  algorithm: string;
  signature: Buffer;
}

const SEQUENCE = 0x30;
const BIT_STRING = 0x03;
const OBJECT_IDENTIFIER = 0x06;

function parse(der: Buffer): SigningRequest | undefined {
  const [whole, ...rest] = children(der);
  if (whole === undefined || whole.tag !== SEQUENCE || rest.length > 0) return undefined;
  const [info, algorithm, signature] = children(whole.content);
  if (info?.tag !== SEQUENCE || algorithm?.tag !== SEQUENCE || signature?.tag !== BIT_STRING) return undefined;
  const [, , publicKey] = children(info.content);
  const [identifier] = children(algorithm.content);
  if (publicKey?.tag !== SEQUENCE || identifier?.tag !== OBJECT_IDENTIFIER) return undefined;
  return {
    signed: info.bytes,
    publicKey: publicKey.bytes,
    algorithm: identifier.content.toString('hex'),
    // The first byte counts unused bits, of which a signature has none.
    signature: signature.content.subarray(1),
  };
}

interface Element {
  tag: number;
  content: Buffer;
  /** Tag, length and content. */
  bytes: Buffer;
}

/** The elements of a DER text side by side. Throws RangeError when it ends within one. */
function children(der: Buffer): Element[] {
  const found: Element[] = [];
  for (let at = 0; at < der.length; ) {
    const tag = der.readUInt8(at);
    const short = der.readUInt8(at + 1);
    const lengthBytes = short < 0x80 ? 0 : short & 0x7f;
    if (lengthBytes > 4 || short === 0x80) throw new RangeError('malformed certificate request');
    const length = lengthBytes === 0 ? short : der.readUIntBE(at + 2, lengthBytes);
    const start = at + 2 + lengthBytes;
    const end = start + length;
    if (end > der.length) throw new RangeError('malformed certificate request');
    found.push({ tag, content: der.subarray(start, end), bytes: der.subarray(at, end) });
    at = end;
  }
  return found;
}
