import { Scale, type Deployment } from '@wherry/api';
import { clone, fieldInvalid, formatLabelSelector, invalid, notFound, type KubeObject } from '@wherry/apimachinery';
import type { Entry } from '../cache/entry.ts';
import { mediaTypeOf, parseBody } from '../http/body.ts';
import { jsonAnswer, type Answer, type RequestContext } from '../http/context.ts';
import { groupResource } from '../registry/object-meta.ts';
import type { Registry } from '../registry/registry.ts';
import { cacheKey, objectOf, type Served } from '../registry/served.ts';
import { updateObject } from '../registry/update.ts';
import { APPLY, applyScale } from './apply.ts';
import { writeOptions } from './create.ts';
import { decodeAs } from './decode-object.ts';
import { readPatch } from './patch.ts';
import { reach } from './resource-version.ts';
import type { Handler } from './subresources.ts';
import { checkIdentity } from './update.ts';

const scaleKind = { kind: 'Scale', apiVersion: 'autoscaling/v1' };

/** Where the replicas of a kind are, and how its Scale is made. */
export interface ScaleShape {
  /** Of `spec.replicas`, as a path in the object. */
  readonly path: readonly string[];
  scaleOf(object: KubeObject): Scale;
  setReplicas(object: KubeObject, replicas: number): void;
}

/** GET, PUT and PATCH of /scale: autoscaling/v1 Scale over a part of the object. */
export function scaleHandlers(shape: ScaleShape): Readonly<Record<'get' | 'update' | 'patch', Handler>> {
  const answer = (served: Served, entry: Entry): Answer => jsonAnswer(200, shape.scaleOf(objectOf(served, entry)));
  return {
    async get({ info: { name, namespace } }, registry, served) {
      await reach(registry.hub, undefined);
      const entry = served.cache.get(cacheKey(served, namespace, name));
      if (entry === undefined) throw notFound(groupResource(served), name);
      return answer(served, entry);
    },
    async update(context, registry, served) {
      const { value } = await parseBody(context, Scale);
      const sent = decodeAs(context, Scale, scaleKind, value) as Scale;
      return answer(served, await change(context, registry, served, shape, () => sent));
    },
    async patch(context, registry, served) {
      if (mediaTypeOf(context) === APPLY)
        return answer(served, await applyScale(context, registry, served, shape.path));
      const apply = readPatch(context, { ...served, resource: { ...served.resource, schema: Scale } });
      const produce = (old: KubeObject) =>
        decodeAs(context, Scale, scaleKind, apply(clone(shape.scaleOf(old)))) as Scale;
      return answer(served, await change(context, registry, served, shape, produce));
    },
  };
}

function change(
  context: RequestContext,
  registry: Registry,
  served: Served,
  shape: ScaleShape,
  produce: (old: KubeObject) => Scale,
): Promise<Entry> {
  const { name, namespace } = context.info;
  const options = { ...writeOptions(context), subresource: 'scale' };
  return updateObject(registry, served, cacheKey(served, namespace, name), name, options, (old) => {
    const scale = produce(old);
    checkIdentity(served, scale, name, namespace);
    const replicas = scale.spec?.replicas ?? 0;
    if (replicas < 0) {
      const detail = 'must be greater than or equal to 0';
      throw invalid({ group: 'autoscaling', kind: 'Scale' }, name, [fieldInvalid('spec.replicas', replicas, detail)]);
    }
    const object = clone(old);
    shape.setReplicas(object, replicas);
    object.metadata.resourceVersion = scale.metadata.resourceVersion;
    object.metadata.uid = scale.metadata.uid || object.metadata.uid;
    return object;
  });
}

/** What the workloads have in common here. */
type Scalable = Pick<Deployment, 'metadata' | 'spec' | 'status'>;

export const workloadScale: ScaleShape = {
  path: ['spec', 'replicas'],
  scaleOf,
  setReplicas: (object, replicas) => void ((object as KubeObject & Scalable).spec.replicas = replicas),
};

function scaleOf(object: KubeObject): Scale {
  const { metadata, spec, status } = object as unknown as Scalable;
  const { name, namespace, uid, resourceVersion, creationTimestamp } = metadata;
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: spec.replicas ?? 0 },
    status: { replicas: status?.replicas ?? 0, selector: selectorOf(object) },
  };
}

/** A ReplicationController selects by labels alone. */
function selectorOf(object: KubeObject): string {
  const { selector } = (object as unknown as Scalable).spec;
  if (object.kind !== 'ReplicationController') return formatLabelSelector(selector);
  return formatLabelSelector({ matchLabels: selector as Record<string, string> });
}
