import type { Match, Option, Rule, Target } from './model.ts';

/** A piece of a rule; rule() puts pieces together. */
export type Part =
  | { readonly kind: 'header'; readonly option: Option }
  | { readonly kind: 'match'; readonly match: Match }
  | { readonly kind: 'target'; readonly target: Target };

export type PortProtocol = 'tcp' | 'udp' | 'sctp';

/** Makes one rule; matches keep their order, the target may stand anywhere. */
export function rule(...parts: readonly Part[]): Rule {
  const header: Option[] = [];
  const matches: Match[] = [];
  let target: Target | undefined;
  for (const part of parts) {
    if (part.kind === 'header') header.push(part.option);
    else if (part.kind === 'match') matches.push(part.match);
    else target = part.target;
  }
  return { header, matches, target };
}

/** The opposite of a header or of a match with one option. */
export function not(part: Part): Part {
  if (part.kind === 'header') return { kind: 'header', option: { ...part.option, negated: true } };
  const only = part.kind === 'match' && part.match.options.length === 1 ? part.match.options[0] : undefined;
  if (part.kind !== 'match' || only === undefined) throw new Error('not() takes a header or a match with one option');
  return { kind: 'match', match: { name: part.match.name, options: [{ ...only, negated: true }] } };
}

export const source = (cidr: string): Part => headerPart('-s', cidr);
export const destination = (cidr: string): Part => headerPart('-d', cidr);
export const inInterface = (name: string): Part => headerPart('-i', name);
export const outInterface = (name: string): Part => headerPart('-o', name);
export const protocol = (name: string): Part => headerPart('-p', name);

/** At most 255 bytes; longer text is cut, since the kernel refuses it. */
export const comment = (text: string): Part => match('comment', option('--comment', cutToBytes(text, 255)));
export const destinationPort = (protocolName: PortProtocol, port: number | string): Part =>
  match(protocolName, option('--dport', String(port)));
export const conntrackState = (...states: readonly string[]): Part =>
  match('conntrack', option('--ctstate', states.join(',')));
export const markIs = (mark: number): Part => match('mark', option('--mark', `${hex(mark)}/${hex(mark)}`));
export const destinationType = (type: 'LOCAL' | 'UNICAST'): Part => match('addrtype', option('--dst-type', type));
export const sourceType = (type: 'LOCAL' | 'UNICAST'): Part => match('addrtype', option('--src-type', type));
/** Matches this share (0..1) of the packets. */
export const randomly = (probability: number): Part =>
  match('statistic', option('--mode', 'random'), option('--probability', probability.toFixed(10)));
/** The source address was put on this list within the last seconds. */
export const recentlySeen = (list: string, seconds: number): Part =>
  match('recent', option('--rcheck'), option('--seconds', String(seconds)), option('--reap'), option('--name', list));
/** Puts the source address on this list. */
export const remember = (list: string): Part => match('recent', option('--set'), option('--name', list));

export const jump = (chain: string): Part => target(chain);
export const accept = (): Part => target('ACCEPT');
export const drop = (): Part => target('DROP');
export const returns = (): Part => target('RETURN');
export const reject = (): Part => target('REJECT');
export const setMarkBits = (mark: number): Part => target('MARK', option('--set-xmark', `${hex(mark)}/${hex(mark)}`));
export const flipMarkBits = (mark: number): Part => target('MARK', option('--set-xmark', `${hex(mark)}/0x0`));
export const masquerade = (): Part => target('MASQUERADE', option('--random-fully'));
/** `to` is an address, or address:port. */
export const dnat = (to: string): Part => target('DNAT', option('--to-destination', to));

/** Any match this file has no name for. */
export function match(name: string, ...options: readonly Option[]): Part {
  return { kind: 'match', match: { name, options } };
}

/** Any target this file has no name for. */
export function target(name: string, ...options: readonly Option[]): Part {
  return { kind: 'target', target: { name, goto: false, options } };
}

export function option(name: string, ...values: readonly string[]): Option {
  return { name, values, negated: false };
}

function headerPart(name: string, value: string): Part {
  return { kind: 'header', option: option(name, value) };
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

function cutToBytes(text: string, limit: number): string {
  const bytes = Buffer.from(text.replace(/[\0\n\r]/g, ' '));
  return bytes.length <= limit
    ? bytes.toString()
    : bytes
        .subarray(0, limit)
        .toString()
        .replace(/\uFFFD$/, '');
}
