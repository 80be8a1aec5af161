import type { IncomingHttpHeaders } from 'node:http';
import { json, negotiate, protobuf, yaml, type Negotiated, type Offer } from '../views/negotiate.ts';
import { joinPieces, type Piece } from '../cache/piece.ts';
import type { Answer } from './context.ts';
import { prettyPieces } from './pretty-json.ts';

export type Body = Exclude<Answer, { stream: unknown }>;

/** Anything: whoever made the answer has refused what it cannot be turned into. */
const offer: Offer = {
  mediaTypes: [json, yaml, protobuf],
  allows: (mediaType, transform) => mediaType !== protobuf || transform?.as !== 'Table',
};

/**
 * Brings an answer that was made as JSON into the encoding that the client asked for: objects and Statuses are made in one
 * way only, whichever way they are sent. What is not an object of the API, and what has no such encoding, stays JSON.
 */
export function encodeAnswer(answer: Body, headers: IncomingHttpHeaders, url: string): Body | Promise<Body> {
  if (answer.contentType !== json) return answer;
  const { accept } = headers;
  const found = accept === undefined || accept === json || accept === '*/*' ? undefined : negotiate(accept, offer);
  const { body } = answer;
  if (found !== undefined && found.mediaType !== json && (typeof body === 'string' || Buffer.isBuffer(body))) {
    return reencode(answer, body.toString(), found);
  }
  return isPretty(found, headers, url) ? indent(answer) : answer;
}

async function reencode(answer: Body, text: string, { mediaType }: Negotiated): Promise<Body> {
  if (!text.startsWith('{')) return answer;
  const value = JSON.parse(text) as { kind?: unknown; apiVersion?: unknown };
  const { kind, apiVersion } = value;
  if (typeof kind !== 'string' || typeof apiVersion !== 'string') return answer;
  if (mediaType === yaml) {
    const { yamlOf } = await import('../views/yaml.ts');
    return { ...answer, contentType: yaml, body: yamlOf(value) };
  }
  const { schemaOfKind } = await import('../protobuf/kinds.ts');
  const schema = schemaOfKind(apiVersion, kind);
  if (schema === undefined) return answer;
  const { encodeEnvelope, encodeMessage } = await import('../protobuf/encode.ts');
  return { ...answer, contentType: protobuf, body: encodeEnvelope(apiVersion, kind, encodeMessage(schema, value)) };
}

/** Asked for in the header or in the query, or by a tool that people use by hand, as upstream. */
function isPretty(found: Negotiated | undefined, headers: IncomingHttpHeaders, url: string): boolean {
  if (found?.pretty) return true;
  if (url.includes('pretty=')) {
    const value = new URLSearchParams(url.slice(url.indexOf('?') + 1)).get('pretty') ?? '';
    if (value !== '') return /^(1|t|true)$/i.test(value);
  }
  const agent = headers['user-agent'];
  return agent !== undefined && /^(curl|Wget|Mozilla\/5\.0)/.test(agent);
}

function* buffersOf(pieces: Iterable<Piece>): Iterable<Buffer> {
  for (const piece of pieces) yield Buffer.isBuffer(piece) ? piece : joinPieces([piece]);
}

function indent(answer: Body): Body {
  const { body } = answer;
  if (typeof body === 'string' || Buffer.isBuffer(body)) {
    return { ...answer, body: Buffer.concat([...prettyPieces([Buffer.from(body)])]) };
  }
  return { ...answer, body: prettyPieces(buffersOf(body)), length: undefined };
}
