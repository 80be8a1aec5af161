import { namespaces, networkPolicies, pods, type Namespace, type NetworkPolicy, type Pod } from '@wherry/api';
import { Informer, type RestClient } from '@wherry/client';
import { type PolicyPod, policyPodOf, type PolicyView, slimPod } from '../core/policy/policy-view.ts';

export interface PolicyWatchOptions {
  /** Something changed that rules may depend on. */
  readonly onChange: () => void;
  readonly onError: (what: string, error: unknown, delayMs: number) => void;
}

/**
 * NetworkPolicies and what they are about. The cluster's pods and namespaces are followed only once there is a policy,
 * and kept without what policies do not ask: most clusters have many pods, and many clusters no policy.
 */
export class PolicyWatch {
  readonly #policies: Informer<NetworkPolicy>;
  readonly #pods: Informer<Pod>;
  readonly #namespaces: Informer<Namespace>;
  readonly #reduced = new WeakMap<Pod, { readonly pod: PolicyPod | undefined }>();
  readonly #firstPolicy = Promise.withResolvers<void>();
  readonly #changed: () => void;
  #view: PolicyView | undefined;

  constructor(client: RestClient, options: PolicyWatchOptions) {
    const onError = (what: string) => (error: unknown, delayMs: number) => options.onError(what, error, delayMs);
    this.#policies = new Informer(client, networkPolicies, { onError: onError('networkpolicies') });
    this.#pods = new Informer(client, pods, { transform: slimPod, onError: onError('pods') });
    this.#namespaces = new Informer(client, namespaces, { transform: slimNamespace, onError: onError('namespaces') });
    this.#changed = () => {
      this.#view = undefined;
      options.onChange();
    };
    const changed = this.#changed;
    this.#policies.addHandler({
      onAdd: () => {
        this.#firstPolicy.resolve();
        changed();
      },
      onUpdate: changed,
      onDelete: changed,
    });
    const unlessSame = (old: Pod | Namespace, now: Pod | Namespace): void => {
      if (asked(old) !== asked(now)) changed();
    };
    this.#pods.addHandler({ onAdd: changed, onUpdate: unlessSame, onDelete: changed });
    this.#namespaces.addHandler({ onAdd: changed, onUpdate: unlessSame, onDelete: changed });
  }

  /** Until aborted. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#policies.run(signal), this.#followPods(signal), this.#tellWhenComplete(signal)]);
  }

  /** The very same object until something changes; undefined while not all of it is known. */
  view(podCidr: string | undefined): PolicyView | undefined {
    const policies = this.#policies.store.list();
    if (!this.#policies.hasSynced) return undefined;
    if (policies.length > 0 && !(this.#pods.hasSynced && this.#namespaces.hasSynced)) return undefined;
    if (this.#view !== undefined && this.#view.podCidr === podCidr) return this.#view;
    this.#view = {
      policies,
      pods: this.#pods.store.list().flatMap((pod) => this.#reduce(pod) ?? []),
      namespaceLabels: new Map(
        this.#namespaces.store.list().map(({ metadata }) => [metadata.name ?? '', metadata.labels ?? {}]),
      ),
      podCidr,
    };
    return this.#view;
  }

  async #followPods(signal: AbortSignal): Promise<void> {
    const aborted = Promise.withResolvers<void>();
    signal.addEventListener('abort', () => aborted.resolve(), { once: true });
    await Promise.race([this.#firstPolicy.promise, aborted.promise]);
    if (!signal.aborted) await Promise.all([this.#pods.run(signal), this.#namespaces.run(signal)]);
  }

  /** A list without objects calls no handler, but it says that there are none. */
  async #tellWhenComplete(signal: AbortSignal): Promise<void> {
    const complete = async (informer: Pick<Informer<Pod>, 'waitForSync'>): Promise<void> => {
      try {
        await informer.waitForSync(signal);
        this.#changed();
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    };
    await Promise.all([this.#policies, this.#pods, this.#namespaces].map(complete));
  }

  #reduce(pod: Pod): PolicyPod | undefined {
    const known = this.#reduced.get(pod) ?? { pod: policyPodOf(pod) };
    this.#reduced.set(pod, known);
    return known.pod;
  }
}

function slimNamespace({ metadata }: Namespace): Namespace {
  const { name, uid, labels, resourceVersion } = metadata;
  return { metadata: { name, uid, labels, resourceVersion }, spec: {} };
}

/** All that is kept of it, but for its version. */
function asked(object: Pod | Namespace): string {
  return JSON.stringify({ ...object, metadata: { ...object.metadata, resourceVersion: undefined } });
}
