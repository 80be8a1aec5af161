import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';

/** Of one connection alone (RFC 9110, section 7.6.1). */
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
]);

/** What proves to the apiserver who asks is nobody else's business. */
const secret = /^(authorization|impersonate-.*|x-remote-.*)$/;

/** The headers of a request as a backend gets them. `own` are those of the front proxy that named the user, if any. */
export function forwardedHeaders(headers: IncomingHttpHeaders, own: readonly string[] = []): OutgoingHttpHeaders {
  const result = endToEnd(headers);
  for (const name of Object.keys(result)) {
    if (secret.test(name) || name === 'host' || name === 'expect' || own.includes(name)) delete result[name];
  }
  return result;
}

/** The headers of an answer as the client gets them. */
export function answerHeaders(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  return endToEnd(headers);
}

function endToEnd(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  const named = new Set((headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase()));
  const result: OutgoingHttpHeaders = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || name.startsWith(':') || hopByHop.has(name) || named.has(name)) continue;
    result[name] = value;
  }
  return result;
}
