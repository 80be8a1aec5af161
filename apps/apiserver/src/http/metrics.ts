import { Counter, Gauge, Histogram, type Registry } from '@wherry/daemon/metrics';
import type { InFlight } from './in-flight.ts';
import type { RequestInfo } from './request-info.ts';

const durationBuckets = [
  0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60,
];
const MAX_SERIES = 2_000;

interface Series {
  requests: { inc(): void };
  durations: { observe(seconds: number): void };
}

export interface GaugeSources {
  inFlight: InFlight;
  watchers(): Iterable<{ group: string; version: string; kind: string; count: number }>;
  levels(): Iterable<{ name: string; inUse: number; waiting: number }>;
  objects(): Iterable<{ resource: string; count: number }>;
}

/** Upstream's names. Labels come from what is served, never from what a client wrote. */
export class ApiserverMetrics {
  readonly #requests: Counter;
  readonly #durations: Histogram;
  readonly #series = new Map<string, Series>();
  readonly #known: (info: RequestInfo) => boolean;
  readonly registry: Registry;

  constructor(registry: Registry, known: (info: RequestInfo) => boolean) {
    this.registry = registry;
    this.#known = known;
    this.#requests = new Counter({
      name: 'apiserver_request_total',
      help: 'Requests by verb, group, version, resource, subresource, scope and code.',
      labelNames: ['verb', 'group', 'version', 'resource', 'subresource', 'scope', 'code'],
      registers: [registry],
    });
    this.#durations = new Histogram({
      name: 'apiserver_request_duration_seconds',
      help: 'Seconds from the request to the end of its answer, without watches.',
      labelNames: ['verb', 'group', 'version', 'resource', 'subresource', 'scope'],
      buckets: durationBuckets,
      registers: [registry],
    });
  }

  addGauges(sources: GaugeSources): void {
    const registers = [this.registry];
    new Gauge({
      name: 'apiserver_current_inflight_requests',
      help: 'Requests being worked on.',
      labelNames: ['request_kind'],
      registers,
      collect() {
        this.set({ request_kind: 'readOnly' }, sources.inFlight.reading);
        this.set({ request_kind: 'mutating' }, sources.inFlight.mutating);
      },
    });
    new Gauge({
      name: 'apiserver_registered_watchers',
      help: 'Open watches by kind.',
      labelNames: ['group', 'version', 'kind'],
      registers,
      collect() {
        for (const { count, ...labels } of sources.watchers()) this.set(labels, count);
      },
    });
    new Gauge({
      name: 'apiserver_flowcontrol_current_executing_requests',
      help: 'Requests being worked on, by priority level.',
      labelNames: ['priority_level'],
      registers,
      collect() {
        for (const { name, inUse } of sources.levels()) this.set({ priority_level: name }, inUse);
      },
    });
    new Gauge({
      name: 'apiserver_flowcontrol_current_inqueue_requests',
      help: 'Requests that wait for their turn, by priority level.',
      labelNames: ['priority_level'],
      registers,
      collect() {
        for (const { name, waiting } of sources.levels()) this.set({ priority_level: name }, waiting);
      },
    });
    new Gauge({
      name: 'apiserver_storage_objects',
      help: 'Stored objects by resource.',
      labelNames: ['resource'],
      registers,
      collect() {
        for (const { resource, count } of sources.objects()) this.set({ resource }, count);
      },
    });
  }

  observe(info: RequestInfo, code: number, durationMs: number): void {
    const series = this.#seriesOf(info, code);
    series.requests.inc();
    if (info.verb !== 'watch') series.durations.observe(durationMs / 1_000);
  }

  /** Looking labels up costs more than counting: the handles are kept. */
  #seriesOf(info: RequestInfo, code: number): Series {
    const known = this.#known(info);
    const scope = info.name !== '' ? 'resource' : info.namespace !== '' ? 'namespace' : 'cluster';
    const place = known ? `${info.group} ${info.version} ${info.resource} ${info.subresource} ${scope}` : '';
    const key = `${info.verb} ${code} ${place}`;
    let series = this.#series.get(key);
    if (series === undefined) {
      if (this.#series.size >= MAX_SERIES) this.#series.clear();
      const labels = known
        ? { group: info.group, version: info.version, resource: info.resource, subresource: info.subresource, scope }
        : { group: '', version: '', resource: '', subresource: '', scope: '' };
      const verb = info.verb.toUpperCase().slice(0, 20);
      series = {
        requests: this.#requests.labels({ verb, ...labels, code: String(code) }),
        durations: this.#durations.labels({ verb, ...labels }),
      };
      this.#series.set(key, series);
    }
    return series;
  }
}
