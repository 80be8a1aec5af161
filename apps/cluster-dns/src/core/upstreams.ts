import { isIP } from 'node:net';

/** Another DNS server. */
export interface Upstream {
  readonly host: string;
  readonly port: number;
}

/** After so many failures in a row a server is asked last for a while. */
const maxFailures = 2;
const restMs = 10_000;

interface State {
  failures: number;
  restsUntilMs: number;
}

/** In which order servers are asked: as they are written down, but those that do not answer last. */
export class Upstreams {
  readonly #states: ReadonlyMap<Upstream, State>;

  constructor(upstreams: readonly Upstream[]) {
    this.#states = new Map(upstreams.map((upstream) => [upstream, { failures: 0, restsUntilMs: 0 }]));
  }

  get size(): number {
    return this.#states.size;
  }

  order(nowMs: number): Upstream[] {
    const entries = [...this.#states];
    const rests = ([, state]: [Upstream, State]): boolean => state.restsUntilMs > nowMs;
    return [...entries.filter((entry) => !rests(entry)), ...entries.filter(rests)].map(([upstream]) => upstream);
  }

  answered(upstream: Upstream): void {
    const state = this.#states.get(upstream);
    if (state !== undefined) Object.assign(state, { failures: 0, restsUntilMs: 0 });
  }

  failed(upstream: Upstream, nowMs: number): void {
    const state = this.#states.get(upstream);
    if (state === undefined) return;
    state.failures++;
    if (state.failures >= maxFailures) state.restsUntilMs = nowMs + restMs;
  }
}

/**
 * Servers as people write them: `1.2.3.4`, `1.2.3.4:53`, `2001:db8::1`, `[2001:db8::1]:53`. Names are not taken: who
 * would look them up? @throws {Error}
 */
export function parseUpstream(text: string): Upstream {
  const [, bracketed, plain, port = '53'] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = bracketed ?? plain ?? text;
  if (isIP(host) === 0 || Number(port) > 65_535) {
    throw new Error(`not the address of a DNS server: ${JSON.stringify(text)}`);
  }
  return { host, port: Number(port) };
}

/** The name servers of a resolv.conf, of which libc asks three. */
export function nameserversOf(resolvConf: string): Upstream[] {
  return resolvConf
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .flatMap(([word, address]) =>
      word === 'nameserver' && address !== undefined ? [parseUpstream(address.split('%', 1)[0] ?? '')] : [],
    )
    .slice(0, 15);
}
