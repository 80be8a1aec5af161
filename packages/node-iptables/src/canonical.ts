import { isIPv4 } from 'node:net';
import type { Match, Option, Rule, Target } from './model.ts';
import { renderRule } from './render.ts';

const keys = new WeakMap<Rule, string>();

/**
 * Two rules mean the same when their keys are equal: what we write and what iptables-save later prints for it have one
 * key. Matches are sorted by name, so rules whose meaning hangs on the order of their matches must not share all of them.
 */
export function ruleKey(rule: Rule): string {
  let key = keys.get(rule);
  if (key === undefined) {
    key = renderRule(canonicalRule(rule));
    keys.set(rule, key);
  }
  return key;
}

const headerOrder = ['-s', '-d', '-i', '-o', '-p', '-f'];

export function canonicalRule(rule: Rule): Rule {
  const header = rule.header
    .map(canonicalHeader)
    .filter((option) => option.values[0] !== '0.0.0.0/0' && option.values[0] !== 'all')
    .toSorted((a, b) => headerOrder.indexOf(a.name) - headerOrder.indexOf(b.name));
  const matches = rule.matches
    .map(canonicalMatch)
    // `-m tcp` alone says nothing that `-p tcp` does not.
    .filter((match) => match.options.length > 0)
    .toSorted((a, b) => compare(a.name, b.name));
  return { header, matches, target: rule.target === undefined ? undefined : canonicalTarget(rule.target) };
}

const protocolNames: ReadonlyMap<string, string> = new Map([
  ['0', 'all'],
  ['1', 'icmp'],
  ['6', 'tcp'],
  ['17', 'udp'],
  ['132', 'sctp'],
]);

function canonicalHeader(option: Option): Option {
  const value = option.values[0] ?? '';
  if (option.name === '-s' || option.name === '-d') return { ...option, values: [canonicalCidr(value)] };
  if (option.name !== '-p') return option;
  const name = value.toLowerCase();
  return { ...option, values: [protocolNames.get(name) ?? name] };
}

/** 10.1.2.3/16 -> 10.1.0.0/16; 10.1.2.3 -> 10.1.2.3/32. Anything but IPv4 stays as it is. */
function canonicalCidr(text: string): string {
  const [address = '', suffix = '32'] = text.split('/');
  const bits = isIPv4(suffix) ? maskBits(suffix) : Number(suffix);
  if (!isIPv4(address) || !Number.isInteger(bits) || bits < 0 || bits > 32) return text;
  const mask = bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0;
  const network = (toNumber(address) & mask) >>> 0;
  return `${[24, 16, 8, 0].map((shift) => (network >>> shift) & 255).join('.')}/${bits}`;
}

function toNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function maskBits(mask: string): number {
  const value = toNumber(mask);
  const bits = Math.clz32(~value >>> 0);
  return (bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0) === value ? bits : Number.NaN;
}

function canonicalMatch(match: Match): Match {
  const options = match.options.map((option) => canonicalOption(match.name, option));
  if (match.name === 'recent') {
    addDefault(options, '--name', 'DEFAULT');
    addDefault(options, '--mask', '255.255.255.255');
    if (!options.some((option) => option.name === '--rdest')) addDefault(options, '--rsource');
  }
  return { name: match.name, options: options.toSorted((a, b) => compare(a.name, b.name)) };
}

function canonicalOption(match: string, option: Option): Option {
  const value = option.values[0] ?? '';
  // The kernel keeps a probability as 31 bits.
  if (option.name === '--probability') return { ...option, values: [String(Math.round(Number(value) * 2 ** 31))] };
  if (option.name === '--mark') return { ...option, values: [maskedValue(value)] };
  if (match === 'conntrack' && value.includes(','))
    return { ...option, values: [value.split(',').toSorted(compare).join(',')] };
  return option;
}

function canonicalTarget(target: Target): Target {
  let options = [...target.options];
  if (target.name === 'REJECT') addDefault(options, '--reject-with', 'icmp-port-unreachable');
  if (target.name === 'MARK') options = options.map(canonicalSetMark);
  return { ...target, options: options.toSorted((a, b) => compare(a.name, b.name)) };
}

/** iptables writes each way of setting a mark as --set-xmark value/mask: clear the mask's bits, then XOR the value. */
function canonicalSetMark(option: Option): Option {
  const [value = 0, mask = 0xffffffff] = (option.values[0] ?? '').split('/').map(Number);
  const xmark = ({
    '--set-mark': [value, (value | mask) >>> 0],
    '--set-xmark': [value, mask],
    '--or-mark': [value, value],
    '--and-mark': [0, ~value >>> 0],
    '--xor-mark': [value, 0],
  }[option.name] ?? [value, mask]) as [number, number];
  return { name: '--set-xmark', values: [`${hex(xmark[0])}/${hex(xmark[1])}`], negated: false };
}

function maskedValue(text: string): string {
  const [value = 0, mask = 0xffffffff] = text.split('/').map(Number);
  return mask === 0xffffffff ? hex(value) : `${hex(value)}/${hex(mask)}`;
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

function addDefault(options: Option[], name: string, ...values: readonly string[]): void {
  if (!options.some((option) => option.name === name)) options.push({ name, values, negated: false });
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
