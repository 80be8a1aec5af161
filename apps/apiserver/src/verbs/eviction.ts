import { isPodReady, isPodTerminal, type Pod, type PodDisruptionBudget } from '@wherry/api';
import { badRequest, clone, isConflict, notFound, statusError, success, type KubeObject } from '@wherry/apimachinery';
import { mutate } from '../admission/chain.ts';
import { parseBody } from '../http/body.ts';
import { jsonAnswer, type Answer, type RequestContext } from '../http/context.ts';
import { deleteObject } from '../registry/delete.ts';
import { Eviction, type DeleteOptions } from '../registry/delete-options.ts';
import { groupResource, timeOf } from '../registry/object-meta.ts';
import { findServed, serverUser, type Registry } from '../registry/registry.ts';
import { cacheKey, type Served } from '../registry/served.ts';
import { noEffects } from '../registry/strategy.ts';
import { updateObject } from '../registry/update.ts';
import { isDryRun } from './create.ts';
import { decodeAs } from './decode-object.ts';
import { budgetsOf, stillProcessed, withDisruption } from './disruption.ts';

const ATTEMPTS = 6;

/** POST pods/NAME/eviction (policy/v1): a deletion that disruption budgets may refuse. */
export async function evict(context: RequestContext, registry: Registry, served: Served): Promise<Answer> {
  const { value } = await parseBody(context, Eviction);
  // Old clients send v1beta1, which is the same object; upstream takes both.
  const isOld = (value as { apiVersion?: unknown } | null)?.apiVersion === 'policy/v1beta1';
  const apiVersion = isOld ? 'policy/v1beta1' : 'policy/v1';
  const sent = decodeAs(context, Eviction, { kind: 'Eviction', apiVersion }, value) as Eviction;
  const { name, namespace } = context.info;
  if (sent.metadata?.name !== name) throw badRequest('name in URL does not match name in Eviction object');
  const options: DeleteOptions = { ...sent.deleteOptions, ...(isDryRun(context) ? { dryRun: ['All'] } : {}) };
  const eviction = { context, registry, served, key: cacheKey(served, namespace, name), options };
  await admit(eviction, sent);
  for (let attempt = 1; ; attempt++) {
    try {
      await evictOnce(eviction);
      return jsonAnswer(201, { ...success(), code: 201 });
    } catch (error) {
      // Something changed the pod while its budgets were asked; who names a version wants no second try.
      const again = isConflict(error) && options.preconditions?.resourceVersion === undefined;
      if (!again || attempt === ATTEMPTS) throw error;
    }
  }
}

interface EvictionRequest {
  context: RequestContext;
  registry: Registry;
  served: Served;
  key: string;
  options: DeleteOptions;
}

/** Who may evict what: before a budget is spent on it. */
function admit({ context, registry, served, options }: EvictionRequest, sent: Eviction): Promise<void> {
  const { info, user, now } = context;
  return mutate(registry, {
    operation: 'CREATE',
    served,
    namespace: info.namespace,
    name: info.name,
    subresource: 'eviction',
    user,
    now,
    dryRun: (options.dryRun?.length ?? 0) > 0,
    object: sent as KubeObject,
    effects: noEffects(),
  });
}

async function evictOnce(eviction: EvictionRequest): Promise<void> {
  const { registry, served, key, context } = eviction;
  await registry.hub.sync();
  const pod = served.cache.get(key)?.object as Pod | undefined;
  if (pod === undefined) throw notFound(groupResource(served), context.info.name);
  if (needsNoBudget(pod)) {
    const guarded = pod.status?.phase === 'Pending' && pod.metadata.deletionTimestamp === undefined;
    return remove(eviction, guarded ? pod : undefined);
  }
  const budget = onlyBudget(eviction, pod);
  if (budget === undefined) return disrupt(eviction, undefined);
  if (!isPodReady(pod) && countsNot(budget)) {
    // It must still be unready when it goes.
    return disrupt(eviction, pod).catch((error: unknown) => {
      const ours = eviction.options.preconditions?.resourceVersion === undefined;
      throw isConflict(error) && ours ? stillProcessed(budget.metadata.name) : error;
    });
  }
  await decrement(eviction, budget.metadata.name);
  await disrupt(eviction, undefined);
}

/** What has ended, not begun, or is going already disrupts nothing any more. */
function needsNoBudget(pod: Pod): boolean {
  return isPodTerminal(pod) || pod.status?.phase === 'Pending' || pod.metadata.deletionTimestamp !== undefined;
}

function onlyBudget({ registry, context }: EvictionRequest, pod: Pod): PodDisruptionBudget | undefined {
  const cache = findServed(registry, 'policy', 'v1', 'poddisruptionbudgets')?.cache;
  const all = (cache?.list(context.info.namespace) ?? []).map((entry) => entry.object as PodDisruptionBudget);
  const found = budgetsOf(pod.metadata.labels, all);
  if (found.length > 1) {
    const why = 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.';
    throw statusError(500, 'InternalError', why);
  }
  return found[0];
}

/** An unready pod is not among the healthy ones that the budget protects. */
function countsNot({ spec, status }: PodDisruptionBudget): boolean {
  if (spec.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true;
  const desired = status?.desiredHealthy ?? 0;
  return desired > 0 && (status?.currentHealthy ?? 0) >= desired;
}

async function decrement({ registry, context, options }: EvictionRequest, budgetName: string): Promise<void> {
  const served = findServed(registry, 'policy', 'v1', 'poddisruptionbudgets')!;
  const { namespace, name } = context.info;
  const dryRun = (options.dryRun?.length ?? 0) > 0;
  const write = { user: serverUser, now: context.now, dryRun, subresource: 'status' };
  await updateObject(registry, served, cacheKey(served, namespace, budgetName), budgetName, write, (old) =>
    withDisruption(old as PodDisruptionBudget, name, context.now),
  );
}

/** Says why it goes, then lets it go. `unchanged`: only if it still is as it was seen. */
async function disrupt(eviction: EvictionRequest, unchanged: Pod | undefined): Promise<void> {
  const { registry, served, key, options, context } = eviction;
  if ((options.dryRun?.length ?? 0) > 0) return remove(eviction, unchanged);
  const { uid, resourceVersion } = options.preconditions ?? {};
  const write = { user: serverUser, now: context.now, dryRun: false, subresource: 'status' };
  const entry = await updateObject(registry, served, key, context.info.name, write, (old) => {
    const pod = clone(old) as Pod;
    if (uid !== undefined) pod.metadata.uid = uid;
    pod.metadata.resourceVersion = resourceVersion ?? unchanged?.metadata.resourceVersion;
    return targeted(pod, context.now);
  });
  const pinned = resourceVersion !== undefined || unchanged !== undefined;
  await remove(eviction, pinned ? (entry.object as Pod) : undefined);
}

function targeted(pod: Pod, now: Date): Pod {
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'EvictionByEvictionAPI',
    message: 'Eviction API: evicting',
    observedGeneration: pod.metadata.generation,
    lastTransitionTime: timeOf(now),
  };
  const others = (pod.status?.conditions ?? []).filter(({ type }) => type !== condition.type);
  pod.status = { ...pod.status, conditions: [...others, condition] };
  return pod;
}

async function remove({ registry, served, key, options, context }: EvictionRequest, pinned?: Pod): Promise<void> {
  const version = pinned?.metadata.resourceVersion;
  const preconditions =
    version === undefined ? options.preconditions : { ...options.preconditions, resourceVersion: version };
  await deleteObject(registry, served, key, context.info.name, { ...options, preconditions }, context);
}
