import type { Answer, RequestContext } from '../http/context.ts';
import type { Registry } from '../registry/registry.ts';
import type { Served } from '../registry/served.ts';
import { bind } from './binding.ts';
import { evict } from './eviction.ts';
import { finalize } from './finalize.ts';
import { requestToken } from './token-request.ts';
import { reviewSelf, reviewToken } from './token-review.ts';
import { getScale, patchScale, updateScale } from './scale.ts';

export type Handler = (context: RequestContext, registry: Registry, served: Served) => Promise<Answer>;

/**
 * By `plural/subresource`, then by verb; `status` is served for every kind that has it. What is never stored stands
 * here as `group/plural`.
 */
export type SubresourceTable = ReadonlyMap<string, Readonly<Record<string, Handler>>>;

const scale = { get: getScale, update: updateScale, patch: patchScale };

export function createSubresources(
  nodeProxy: Readonly<Record<string, Readonly<Record<string, Handler>>>>,
): SubresourceTable {
  return new Map<string, Readonly<Record<string, Handler>>>([
    ['deployments/scale', scale],
    ['replicasets/scale', scale],
    ['pods/binding', { create: bind }],
    ['pods/eviction', { create: evict }],
    ['namespaces/finalize', { update: finalize }],
    ['serviceaccounts/token', { create: requestToken }],
    ['authentication.k8s.io/tokenreviews', { create: reviewToken }],
    ['authentication.k8s.io/selfsubjectreviews', { create: reviewSelf }],
    ...Object.entries(nodeProxy),
  ]);
}
