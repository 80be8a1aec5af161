import type { NetworkPolicyPort } from '@wherry/api';
import * as r from '@wherry/node-iptables';
import type { Part, PortProtocol } from '@wherry/node-iptables';

/** Ports of one protocol, both ends included, within 1..65535. */
export interface PortRange {
  readonly protocol: PortProtocol;
  readonly first: number;
  readonly last: number;
}

/** A port by the name that pods give it. */
export interface NamedPort {
  readonly protocol: PortProtocol;
  readonly name: string;
}

/** What the ports of a policy's rule say; undefined stands for every port of every protocol, ICMP too. */
export interface Ports {
  readonly ranges: readonly PortRange[];
  readonly named: readonly NamedPort[];
}

const allPorts = { first: 1, last: 65_535 };

/** A port that cannot be (a range that ends before it begins, a protocol that has no ports) matches nothing. */
export function portsOf(ports: readonly NetworkPolicyPort[] | undefined): Ports | undefined {
  if (ports === undefined || ports.length === 0) return undefined;
  const ranges: PortRange[] = [];
  const named: NamedPort[] = [];
  for (const { port, endPort, protocol: word } of ports) {
    const protocol = protocolOf(word);
    if (protocol === undefined) continue;
    if (port === undefined) {
      if (endPort === undefined) ranges.push({ protocol, ...allPorts });
    } else if (typeof port === 'string') {
      if (endPort === undefined) named.push({ protocol, name: port });
    } else if (isPort(port) && isPort(endPort ?? port) && (endPort ?? port) >= port) {
      ranges.push({ protocol, first: port, last: endPort ?? port });
    }
  }
  return { ranges, named };
}

export function protocolOf(word: string | undefined): PortProtocol | undefined {
  if (word === undefined || word === 'TCP') return 'tcp';
  return word === 'UDP' ? 'udp' : word === 'SCTP' ? 'sctp' : undefined;
}

export function isPort(number: number): boolean {
  return Number.isInteger(number) && number >= allPorts.first && number <= allPorts.last;
}

/** As few matches as say it: a multiport match takes fifteen ports, and a range counts as two. */
export function portMatches(ranges: readonly PortRange[]): Part[][] {
  return (['tcp', 'udp', 'sctp'] as const).flatMap((protocol) => {
    const own = merged(ranges.filter((range) => range.protocol === protocol));
    if (own.some(({ first, last }) => first === allPorts.first && last === allPorts.last))
      return [[r.protocol(protocol)]];
    return groups(own).map((group) => {
      const only = group.length === 1 ? group[0] : undefined;
      const ports =
        only === undefined
          ? r.match('multiport', r.option('--dports', group.map(textOf).join(',')))
          : r.destinationPort(protocol, textOf(only));
      return [r.protocol(protocol), ports];
    });
  });
}

function merged(ranges: readonly PortRange[]): PortRange[] {
  const result: PortRange[] = [];
  for (const range of ranges.toSorted((a, b) => a.first - b.first)) {
    const previous = result.at(-1);
    if (previous === undefined || range.first > previous.last + 1) result.push(range);
    else result[result.length - 1] = { ...previous, last: Math.max(previous.last, range.last) };
  }
  return result;
}

function groups(ranges: readonly PortRange[]): PortRange[][] {
  const all: PortRange[][] = [];
  let slots = 0;
  for (const range of ranges) {
    const needed = range.first === range.last ? 1 : 2;
    const current = all.at(-1);
    if (current === undefined || slots + needed > 15) all.push([range]);
    else current.push(range);
    slots = current === undefined || slots + needed > 15 ? needed : slots + needed;
  }
  return all;
}

function textOf({ first, last }: PortRange): string {
  return first === last ? String(first) : `${first}:${last}`;
}
