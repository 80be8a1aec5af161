import type { IncomingHttpHeaders } from 'node:http';

/** 'malformed' is a claim that cannot be read. */
export type Presented = { readonly token: string } | 'malformed';

const protocolPrefix = 'base64url.bearer.authorization.k8s.io.';

/**
 * The token of a request: of the Authorization header or, for browsers' WebSockets, which cannot set one, of a
 * subprotocol. Both are taken out of the headers.
 */
export function bearerToken(headers: IncomingHttpHeaders): Presented | undefined {
  const { authorization } = headers;
  if (typeof authorization === 'string') {
    const [scheme = '', token = ''] = authorization.trim().split(' ');
    if (scheme.toLowerCase() === 'bearer') {
      delete headers.authorization;
      if (token !== '') return { token };
    }
  }
  return isWebSocket(headers) ? protocolToken(headers) : undefined;
}

function isWebSocket({ upgrade, connection }: IncomingHttpHeaders): boolean {
  return upgrade?.toLowerCase() === 'websocket' && (connection ?? '').toLowerCase().includes('upgrade');
}

function protocolToken(headers: IncomingHttpHeaders): Presented | undefined {
  const protocols = (headers['sec-websocket-protocol'] ?? '').split(',').map((text) => text.trim());
  const carriers = protocols.filter((text) => text.startsWith(protocolPrefix));
  if (carriers.length === 0) return undefined;
  const others = protocols.filter((text) => !text.startsWith(protocolPrefix));
  headers['sec-websocket-protocol'] = others.join(', ');
  // A browser takes no connection whose protocols were all refused: there must be one for the server to choose.
  if (carriers.length > 1 || others.length === 0) return 'malformed';
  const encoded = carriers[0]!.slice(protocolPrefix.length);
  if (!/^[A-Za-z0-9_-]+$/.test(encoded)) return 'malformed';
  const token = Buffer.from(encoded, 'base64url');
  const text = token.toString();
  return text === '' || !Buffer.from(text).equals(token) ? 'malformed' : { token: text };
}
