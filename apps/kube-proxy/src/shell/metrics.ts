import { Counter, Gauge, Histogram, type Registry } from '@wherry/daemon/metrics';
import type { SyncResult } from './proxier.ts';

/** Upstream's names; all of them are unlabelled or labelled by table. */
export class ProxyMetrics {
  readonly serviceChanges: Counter;
  readonly endpointChanges: Counter;
  readonly #duration: Histogram;
  readonly #fullDuration: Histogram;
  readonly #partialDuration: Histogram;
  readonly #programming: Histogram;
  readonly #lastQueued: Gauge;
  readonly #lastSync: Gauge;
  readonly #failures: Counter;
  readonly #partialFailures: Counter;
  readonly #rulesTotal: Gauge<'table'>;
  readonly #rulesLast: Gauge<'table'>;

  constructor(registry: Registry) {
    const registers = [registry];
    const name = (suffix: string): string => `kubeproxy_sync_proxy_rules_${suffix}`;
    // 1 ms, 2 ms, ... 16.384 s
    const buckets = Array.from({ length: 15 }, (_, power) => 0.001 * 2 ** power);
    const histogram = (full: string, help: string, of: number[] = buckets): Histogram =>
      new Histogram({ name: full, help, buckets: of, registers });
    const counter = (suffix: string, help: string): Counter => new Counter({ name: name(suffix), help, registers });
    this.#duration = histogram(name('duration_seconds'), 'SyncProxyRules latency in seconds');
    this.#fullDuration = histogram(
      'kubeproxy_sync_full_proxy_rules_duration_seconds',
      'SyncProxyRules latency in seconds for full resyncs',
    );
    this.#partialDuration = histogram(
      'kubeproxy_sync_partial_proxy_rules_duration_seconds',
      'SyncProxyRules latency in seconds for partial resyncs',
    );
    this.#programming = histogram(
      'kubeproxy_network_programming_duration_seconds',
      'In Cluster Network Programming Latency in seconds',
      [
        0.25, 0.5, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 105, 120, 165, 180, 225, 240,
        300,
      ],
    );
    this.#lastQueued = new Gauge({
      name: name('last_queued_timestamp_seconds'),
      help: 'The last time a sync of proxy rules was queued',
      registers,
    });
    this.#lastSync = new Gauge({
      name: name('last_timestamp_seconds'),
      help: 'The last time proxy rules were successfully synced',
      registers,
    });
    this.#failures = counter('iptables_restore_failures_total', 'Cumulative proxy iptables restore failures');
    this.#partialFailures = counter(
      'iptables_partial_restore_failures_total',
      'Cumulative proxy iptables partial restore failures',
    );
    this.serviceChanges = counter('service_changes_total', 'Cumulative proxy rules Service changes');
    this.endpointChanges = counter('endpoint_changes_total', 'Cumulative proxy rules Endpoint changes');
    this.#rulesTotal = new Gauge({
      name: name('iptables_total'),
      help: 'Total number of iptables rules owned by kube-proxy',
      labelNames: ['table'],
      registers,
    });
    this.#rulesLast = new Gauge({
      name: name('iptables_last'),
      help: 'Number of iptables rules written by kube-proxy in last sync',
      labelNames: ['table'],
      registers,
    });
  }

  queued(): void {
    this.#lastQueued.setToCurrentTime();
  }

  synced(result: SyncResult, full: boolean, durationSeconds: number, programmingSeconds: readonly number[]): void {
    this.#duration.observe(durationSeconds);
    (full ? this.#fullDuration : this.#partialDuration).observe(durationSeconds);
    this.#lastSync.setToCurrentTime();
    for (const seconds of programmingSeconds) this.#programming.observe(seconds);
    for (const [table, counts] of result.rules) {
      this.#rulesTotal.set({ table }, counts.standing);
      this.#rulesLast.set({ table }, counts.written);
    }
  }

  failed(full: boolean): void {
    this.#failures.inc();
    if (!full) this.#partialFailures.inc();
  }
}
