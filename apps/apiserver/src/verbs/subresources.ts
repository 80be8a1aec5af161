import { reviewLocal, reviewOwnAccess, reviewOwnRules, reviewSubject } from '../authorization/reviews/review-access.ts';
import type { Answer, RequestContext } from '../http/context.ts';
import type { Registry } from '../registry/registry.ts';
import type { Served } from '../registry/served.ts';
import { bind, bindByBody } from './binding.ts';
import { getComponent, listComponents } from './component-status.ts';
import { evict } from './eviction.ts';
import { finalize } from './finalize.ts';
import { get } from './get.ts';
import { patch } from './patch.ts';
import { requestToken } from './token-request.ts';
import { reviewSelf, reviewToken } from './token-review.ts';
import { scaleHandlers, workloadScale } from './scale.ts';
import { update } from './update.ts';

export type Handler = (context: RequestContext, registry: Registry, served: Served) => Promise<Answer>;

/**
 * By `plural/subresource`, then by verb; `status` is served for every kind that has it. What is never stored stands
 * here as `group/plural`.
 */
export type SubresourceTable = ReadonlyMap<string, Readonly<Record<string, Handler>>>;

const scale = scaleHandlers(workloadScale);

export function createSubresources(
  nodeProxy: Readonly<Record<string, Readonly<Record<string, Handler>>>>,
): SubresourceTable {
  return new Map<string, Readonly<Record<string, Handler>>>([
    ['deployments/scale', scale],
    ['replicasets/scale', scale],
    ['statefulsets/scale', scale],
    ['replicationcontrollers/scale', scale],
    ['pods/binding', { create: bind }],
    ['/bindings', { create: bindByBody }],
    ['pods/eviction', { create: evict }],
    ['pods/ephemeralcontainers', { get, update, patch }],
    ['pods/resize', { get, update, patch }],
    ['/componentstatuses', { get: getComponent, list: listComponents }],
    ['namespaces/finalize', { update: finalize }],
    ['certificatesigningrequests/approval', { get, update, patch }],
    ['serviceaccounts/token', { create: requestToken }],
    ['authentication.k8s.io/tokenreviews', { create: reviewToken }],
    ['authentication.k8s.io/selfsubjectreviews', { create: reviewSelf }],
    ['authorization.k8s.io/subjectaccessreviews', { create: reviewSubject }],
    ['authorization.k8s.io/localsubjectaccessreviews', { create: reviewLocal }],
    ['authorization.k8s.io/selfsubjectaccessreviews', { create: reviewOwnAccess }],
    ['authorization.k8s.io/selfsubjectrulesreviews', { create: reviewOwnRules }],
    ...Object.entries(nodeProxy),
  ]);
}
