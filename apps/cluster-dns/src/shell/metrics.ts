import { Counter, Gauge, Histogram, type Registry } from '@wherry/daemon/metrics';
import { rcodeName } from '../core/codes.ts';
import type { ForwardObserver } from './forwarder.ts';
import type { Answered } from './resolver.ts';

/** 0.25 ms, 0.5 ms, ... 8 s: CoreDNS' buckets. */
const durations = Array.from({ length: 16 }, (_, power) => 0.000_25 * 2 ** power);
const sizes = [0, 100, 200, 300, 400, 511, 1_023, 2_047, 4_095, 8_291, 16_000, 32_000, 48_000, 64_000];

export interface DnsMetrics {
  readonly answered: (answered: Answered) => void;
  readonly forward: ForwardObserver;
}

interface Sized {
  readonly request: { observe(bytes: number): void };
  readonly response: { observe(bytes: number): void };
}

/** CoreDNS' names and labels. Nothing that a client makes up becomes a label. */
export function dnsMetrics(
  registry: Registry,
  of: { readonly server: string; readonly domain: string; readonly version: string },
  state: { readonly cacheEntries: number; readonly openQuestions: number },
): DnsMetrics {
  const registers = [registry];
  const { server, domain } = of;
  const view = '';
  const zones = { cluster: `${domain}.`, '.': '.' } as const;
  const where = ['server', 'zone', 'view'] as const;
  const requests = new Counter({
    name: 'coredns_dns_requests_total',
    help: 'Counter of DNS requests made per zone and protocol.',
    labelNames: [...where, 'proto', 'type'],
    registers,
  });
  const responses = new Counter({
    name: 'coredns_dns_responses_total',
    help: 'Counter of response status codes.',
    labelNames: [...where, 'rcode', 'plugin'],
    registers,
  });
  const duration = new Histogram({
    name: 'coredns_dns_request_duration_seconds',
    help: 'Histogram of the time (in seconds) each request took per zone.',
    labelNames: where,
    buckets: durations,
    registers,
  });
  const sizeOf = (what: 'request' | 'response'): Histogram<(typeof where)[number] | 'proto'> =>
    new Histogram({
      name: `coredns_dns_${what}_size_bytes`,
      help: `Size of the ${what} in bytes.`,
      labelNames: [...where, 'proto'],
      buckets: sizes,
      registers,
    });
  const sizeHistograms = { request: sizeOf('request'), response: sizeOf('response') };
  // Finding the child of a metric by its labels costs more than an answer does.
  const requestsOf = remembered((key) => {
    const [zone = '', proto = '', type = ''] = key.split(' ');
    return requests.labels({ server, zone, view, proto, type });
  });
  const responsesOf = remembered((key) => {
    const [zone = '', rcode = ''] = key.split(' ');
    return responses.labels({ server, zone, view, rcode, plugin: zone === '.' ? 'forward' : 'kubernetes' });
  });
  const durationOf = remembered((zone) => duration.labels({ server, zone, view }));
  const sizesOf = remembered((key): Sized => {
    const [zone = '', proto = ''] = key.split(' ');
    const labels = { server, zone, view, proto };
    return { request: sizeHistograms.request.labels(labels), response: sizeHistograms.response.labels(labels) };
  });
  new Gauge({
    name: 'coredns_build_info',
    help: "A metric with a constant '1' value labeled by version.",
    labelNames: ['version'],
    registers,
  }).set({ version: of.version }, 1);
  return {
    answered(answered) {
      const zone = zones[answered.zone];
      requestsOf(`${zone} ${answered.protocol} ${answered.type}`).inc();
      responsesOf(`${zone} ${answered.rcode}`).inc();
      durationOf(zone).observe(answered.seconds);
      const bytes = sizesOf(`${zone} ${answered.protocol}`);
      bytes.request.observe(answered.requestBytes);
      bytes.response.observe(answered.responseBytes);
    },
    forward: forwardMetrics(registry, server, state),
  };
}

function forwardMetrics(
  registry: Registry,
  server: string,
  state: { readonly cacheEntries: number; readonly openQuestions: number },
): ForwardObserver {
  const registers = [registry];
  const counter = (name: string, help: string, labelNames: string[]): Counter =>
    new Counter({ name, help, labelNames, registers });
  const hits = counter('coredns_cache_hits_total', 'The count of cache hits.', ['server']);
  const misses = counter('coredns_cache_misses_total', 'The count of cache misses.', ['server']);
  const rejects = counter(
    'coredns_forward_max_concurrent_rejects_total',
    'Counter of the number of queries rejected because the concurrent queries were at maximum.',
    [],
  );
  const asked = new Histogram({
    name: 'coredns_proxy_request_duration_seconds',
    help: 'Histogram of the time each request took.',
    labelNames: ['proxy_name', 'to', 'rcode'],
    buckets: durations,
    registers,
  });
  new Gauge({
    name: 'coredns_cache_entries',
    help: 'The number of elements in the cache.',
    labelNames: ['server'],
    registers,
    collect() {
      this.set({ server }, state.cacheEntries);
    },
  });
  new Gauge({
    name: 'coredns_forward_open_requests',
    help: 'Questions to other servers that wait for an answer.',
    registers,
    collect() {
      this.set(state.openQuestions);
    },
  });
  return {
    cache: (hit) => (hit ? hits : misses).inc({ server }),
    asked: ({ host, port }, rcode, seconds) =>
      asked.observe(
        { proxy_name: 'forward', to: `${host}:${port}`, rcode: rcode === 'failed' ? 'failed' : rcodeName(rcode) },
        seconds,
      ),
    rejected: () => rejects.inc(),
  };
}

/** The keys are combinations of a few words each, and so bounded. */
function remembered<V>(make: (key: string) => V): (key: string) => V {
  const known = new Map<string, V>();
  return (key) => {
    let value = known.get(key);
    if (value === undefined) {
      value = make(key);
      known.set(key, value);
    }
    return value;
  };
}
