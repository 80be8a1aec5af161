/** The media types that objects are served in. */
export type MediaType = 'application/json' | 'application/yaml' | 'application/vnd.kubernetes.protobuf';

export const json = 'application/json';
export const yaml = 'application/yaml';
export const protobuf = 'application/vnd.kubernetes.protobuf';

/** What the objects are turned into, of meta.k8s.io. */
export interface Transform {
  readonly as: string;
  readonly version: string;
}

export interface Negotiated {
  readonly mediaType: MediaType;
  readonly transform: Transform | undefined;
  readonly pretty: boolean;
}

/** What is on offer; in the order of preference where the client has none. */
export interface Offer {
  readonly mediaTypes: readonly MediaType[];
  allows(mediaType: MediaType, transform: Transform | undefined): boolean;
}

interface Range {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly quality: number;
}

/** The first offer that a range of the Accept header takes, best range first, as upstream; undefined for none. */
export function negotiate(accept: string | undefined, offer: Offer): Negotiated | undefined {
  if (accept === undefined || accept === '') return plain(offer);
  for (const range of rangesOf(accept)) {
    for (const mediaType of offer.mediaTypes) {
      if (range.type !== mediaType && range.type !== 'application/*' && range.type !== '*/*') continue;
      const found = take(mediaType, range, offer);
      if (found) return found;
    }
  }
  return undefined;
}

function plain(offer: Offer): Negotiated | undefined {
  const mediaType = offer.mediaTypes[0];
  return mediaType && { mediaType, transform: undefined, pretty: false };
}

function take(mediaType: MediaType, { parameters }: Range, offer: Offer): Negotiated | undefined {
  const stream = parameters.get('stream') ?? '';
  if (stream !== '' && (stream !== 'watch' || mediaType === yaml)) return undefined;
  // A server version that is not ours.
  if ((parameters.get('sv') ?? '') !== '') return undefined;
  const transform = transformOf(parameters);
  if (transform === 'unknown' || !offer.allows(mediaType, transform)) return undefined;
  return { mediaType, transform, pretty: parameters.get('pretty') === '1' };
}

function transformOf(parameters: ReadonlyMap<string, string>): Transform | 'unknown' | undefined {
  const as = parameters.get('as');
  if (as === undefined && !parameters.has('g') && !parameters.has('v')) return undefined;
  const version = parameters.get('v') ?? '';
  const known = parameters.get('g') === 'meta.k8s.io' && (version === 'v1' || version === 'v1beta1');
  return as !== undefined && known && transforms.has(as) ? { as, version } : 'unknown';
}

const transforms = new Set(['Table', 'PartialObjectMetadata', 'PartialObjectMetadataList']);
/** More ranges than any client sends. */
const MAX_RANGES = 32;

/** By quality, then exact types before wildcards, else in the order given. */
function rangesOf(accept: string): Range[] {
  const ranges: Range[] = [];
  for (const text of accept.split(',', MAX_RANGES)) {
    const [type = '', ...rest] = text.split(';').map((part) => part.trim());
    const parameters = new Map<string, string>();
    for (const part of rest) {
      const equals = part.indexOf('=');
      if (equals > 0) parameters.set(part.slice(0, equals).trim(), unquoted(part.slice(equals + 1).trim()));
    }
    const quality = Number(parameters.get('q') ?? 1);
    ranges.push({ type: type.toLowerCase(), parameters, quality: Number.isNaN(quality) ? 1 : quality });
  }
  return ranges.sort((a, b) => b.quality - a.quality || wildness(a.type) - wildness(b.type));
}

function unquoted(text: string): string {
  return text.length > 1 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text;
}

function wildness(type: string): number {
  return type === '*/*' ? 2 : type.endsWith('/*') ? 1 : 0;
}
