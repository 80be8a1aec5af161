import type { IncomingMessage } from 'node:http';
import { Transform, type Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createDeflate, createGunzip, createGzip, createInflate } from 'node:zlib';
import { serviceUnavailable } from '@wherry/apimachinery';
import { drained, isGone } from '../http/connection.ts';
import type { Answer, RequestContext, Response } from '../http/context.ts';
import type { Registry } from '../registry/registry.ts';
import { hostAndPort, type Connector } from './connector.ts';
import { answerHeaders } from './forwarded-headers.ts';
import { proxyHeaders, resolveProxied, type Proxied } from './proxy-target.ts';
import { HtmlRewriter, rewriteUrl, type LinkRules } from './rewrite-links.ts';
import type { AddressOptions } from './target.ts';

/** An application may think for long before it answers, but not for ever. */
const ANSWER_TIMEOUT_MS = 10 * 60_000;

/** nodes/proxy, pods/proxy, services/proxy: the request as it is to the backend, its answer as it comes to the client. */
export async function proxyRequest(
  context: RequestContext,
  registry: Registry,
  connector: Connector,
  options: AddressOptions,
): Promise<Answer> {
  const { incoming, method } = context;
  const url = incoming.url ?? '';
  const proxied = await resolveProxied(registry, context.info, url, options);
  // Without the slash a page's relative links would lead beside the proxy.
  if (proxied.bare && (method === 'GET' || method === 'HEAD')) {
    const query = url.includes('?') ? url.slice(url.indexOf('?')) : '';
    return { status: 301, contentType: 'text/plain', body: '', headers: { location: `${proxied.prefix}/${query}` } };
  }
  const reply = await send(context, connector, proxied);
  return { stream: (response) => passOn(reply, response, method, linkRules(context, proxied)) };
}

async function send(context: RequestContext, connector: Connector, proxied: Proxied): Promise<IncomingMessage> {
  const { incoming, method, signal } = context;
  const withBody = hasBody(incoming);
  const headers = proxyHeaders(incoming, proxied);
  // By itself Node frames the bodies of some methods only: an unframed one would be the backend's next request.
  if (withBody && headers['content-length'] === undefined) headers['transfer-encoding'] = 'chunked';
  const sent = connector.open(proxied.endpoint, {
    method,
    path: proxied.path,
    headers,
    upgrade: false,
    signal,
    answerTimeoutMs: ANSWER_TIMEOUT_MS,
  });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    sent.once('response', resolve);
    sent.once('error', (error) => reject(serviceUnavailable(`error trying to reach service: ${error.message}`)));
  });
  // A backend may answer, or go away, before it has read everything: its answer is what counts.
  if (withBody) pipeline(incoming, sent, { end: true }).catch((error: Error) => sent.destroy(error));
  else sent.end();
  return answered;
}

function hasBody(incoming: IncomingMessage): boolean {
  const { stream } = incoming as { stream?: { endAfterHeaders?: boolean } };
  if (stream !== undefined) return stream.endAfterHeaders !== true;
  return incoming.headers['transfer-encoding'] !== undefined || Number(incoming.headers['content-length'] ?? 0) > 0;
}

function linkRules(context: RequestContext, { endpoint, prefix }: Proxied): LinkRules {
  const own = (context.headers as Record<string, unknown>)[':authority'] ?? context.headers.host;
  const hosts = [hostAndPort(endpoint), ...(typeof own === 'string' ? [own.toLowerCase()] : [])];
  if (endpoint.port === (endpoint.scheme === 'https' ? 443 : 80)) hosts.push(endpoint.host);
  return { prefix, hosts };
}

async function passOn(reply: IncomingMessage, response: Response, method: string, rules: LinkRules): Promise<void> {
  const headers = answerHeaders(reply.headers);
  if (typeof headers['location'] === 'string') headers['location'] = rewriteUrl(headers['location'], rules);
  const steps = method === 'HEAD' ? [] : rewriting(reply, rules);
  if (steps.length > 0 || /^text\/html\b/i.test(reply.headers['content-type'] ?? '')) delete headers['content-length'];
  response.once('close', () => reply.destroy());
  response.writeHead(reply.statusCode ?? 502, headers);
  response.flushHeaders();
  try {
    const body = steps.reduce<IncomingMessage | Duplex>((from, step) => chain(from, step), reply);
    for await (const chunk of body as AsyncIterable<Buffer>) {
      if (isGone(response)) break;
      if (!response.write(chunk)) await drained(response);
    }
  } catch (error) {
    // One of both broke off: the client must not take what it has for the whole.
    if (!isGone(response)) response.destroy(error as Error);
    return;
  } finally {
    reply.destroy();
  }
  if (!isGone(response)) response.end();
}

/** A page is taken out of its encoding, rewritten, and put back; one that is encoded otherwise goes as it is. */
function rewriting(reply: IncomingMessage, rules: LinkRules): Duplex[] {
  if (!/^text\/html\b/i.test(reply.headers['content-type'] ?? '')) return [];
  const rewriter = new HtmlRewriter(rules);
  const rewrite = new Transform({
    transform: (chunk: Buffer, _encoding, done) => done(null, rewriter.push(chunk)),
    flush: (done) => done(null, rewriter.flush()),
  });
  switch ((reply.headers['content-encoding'] ?? '').toLowerCase()) {
    case '':
    case 'identity':
      return [rewrite];
    case 'gzip':
      return [createGunzip(), rewrite, createGzip()];
    case 'deflate':
      return [createInflate(), rewrite, createDeflate()];
    default:
      return [];
  }
}

function chain(from: IncomingMessage | Duplex, to: Duplex): Duplex {
  // Its error ends the loop that reads the last of them.
  pipeline(from, to).catch((error: Error) => to.destroy(error));
  return to;
}
