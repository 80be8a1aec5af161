import type { PortRules } from './port-rules.ts';

/** Where UDP traffic to one port of a Service may go. Reused while the Service does not change. */
export interface UdpTarget {
  /** Of the Service: its cluster IP, and those from outside. */
  readonly addresses: readonly string[];
  readonly port: number;
  readonly nodePort?: number | undefined;
  /** Addresses of the endpoints in use. */
  readonly endpoints: readonly string[];
}

/** A flow that the kernel tracks: what the client sent to, and who answers. */
export interface UdpFlow {
  readonly destination: string;
  readonly port: number;
  readonly answeredBy: string;
}

export function udpTargets(ports: readonly PortRules[]): UdpTarget[] {
  return ports.flatMap(({ udp }) => (udp === undefined ? [] : [udp]));
}

/**
 * Flows that the kernel keeps sending where no rule would send them now: UDP has no end of connection, so a busy client
 * would stay with a removed endpoint, or with the refusal it met before there was one. `own` are this node's addresses,
 * where NodePorts answer. Each kind of flow comes once.
 */
export function staleFlows(
  flows: readonly UdpFlow[],
  targets: readonly UdpTarget[],
  own: readonly string[],
): UdpFlow[] {
  const byAddress = new Map(
    targets.flatMap((target) => target.addresses.map((address) => [`${address}:${target.port}`, target] as const)),
  );
  const byNodePort = new Map(
    targets.flatMap((target) => (target.nodePort ? [[target.nodePort, target]] : [])) as [number, UdpTarget][],
  );
  const local = new Set(own);
  const stale = new Map<string, UdpFlow>();
  for (const flow of flows) {
    const target =
      byAddress.get(`${flow.destination}:${flow.port}`) ??
      (local.has(flow.destination) ? byNodePort.get(flow.port) : undefined);
    if (target !== undefined && !target.endpoints.includes(flow.answeredBy))
      stale.set(`${flow.destination}:${flow.port} ${flow.answeredBy}`, flow);
  }
  return [...stale.values()];
}

/** Reads what `conntrack -L -p udp` prints; lines it does not know are left out. */
export function parseFlows(text: string): UdpFlow[] {
  const flows: UdpFlow[] = [];
  for (const line of text.split('\n')) {
    if (!line.startsWith('udp ')) continue;
    // Twice src=, dst=, sport=, dport=: as the client sent it, and as the answer comes.
    const destination = /\bdst=(\S+)/.exec(line)?.[1];
    const port = Number(/\bdport=(\d+)/.exec(line)?.[1]);
    const answeredBy = [...line.matchAll(/\bsrc=(\S+)/g)][1]?.[1];
    if (destination !== undefined && answeredBy !== undefined && port > 0)
      flows.push({ destination, port, answeredBy });
  }
  return flows;
}
