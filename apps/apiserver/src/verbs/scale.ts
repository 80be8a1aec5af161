import { Scale, type Deployment } from '@wherry/api';
import { clone, formatLabelSelector, invalid, notFound, type KubeObject } from '@wherry/apimachinery';
import { mediaTypeOf, parseBody } from '../http/body.ts';
import { jsonAnswer, type Answer, type RequestContext } from '../http/context.ts';
import { groupResource } from '../registry/object-meta.ts';
import type { Registry } from '../registry/registry.ts';
import { cacheKey, type Served } from '../registry/served.ts';
import { updateObject } from '../registry/update.ts';
import { APPLY, applyScale } from './apply.ts';
import { writeOptions } from './create.ts';
import { decodeAs } from './decode-object.ts';
import { readPatch } from './patch.ts';
import { reach } from './resource-version.ts';
import { checkIdentity } from './update.ts';

const scaleKind = { kind: 'Scale', apiVersion: 'autoscaling/v1' };

/** What the workloads have in common here. */
type Scalable = Pick<Deployment, 'metadata' | 'spec' | 'status'>;

export async function getScale(context: RequestContext, registry: Registry, served: Served): Promise<Answer> {
  await reach(registry.hub, undefined);
  const { name, namespace } = context.info;
  const entry = served.cache.get(cacheKey(served, namespace, name));
  if (entry === undefined) throw notFound(groupResource(served), name);
  return jsonAnswer(200, scaleOf(entry.object));
}

export async function updateScale(context: RequestContext, registry: Registry, served: Served): Promise<Answer> {
  const { value } = await parseBody(context, Scale);
  const sent = decodeAs(context, Scale, scaleKind, value) as Scale;
  return change(context, registry, served, () => sent);
}

export async function patchScale(context: RequestContext, registry: Registry, served: Served): Promise<Answer> {
  if (mediaTypeOf(context) === APPLY) {
    const entry = await applyScale(context, registry, served, ['spec', 'replicas']);
    return jsonAnswer(200, scaleOf(entry.object));
  }
  const apply = readPatch(context, { ...served, resource: { ...served.resource, schema: Scale } });
  return change(
    context,
    registry,
    served,
    (old) => decodeAs(context, Scale, scaleKind, apply(clone(scaleOf(old)))) as Scale,
  );
}

async function change(
  context: RequestContext,
  registry: Registry,
  served: Served,
  produce: (old: KubeObject) => Scale,
): Promise<Answer> {
  const { name, namespace } = context.info;
  const options = { ...writeOptions(context), subresource: 'scale' };
  const entry = await updateObject(registry, served, cacheKey(served, namespace, name), name, options, (old) => {
    const scale = produce(old);
    checkIdentity(served, scale, name, namespace);
    const replicas = scale.spec?.replicas ?? 0;
    if (replicas < 0) {
      const detail = 'must be greater than or equal to 0';
      throw invalid({ group: 'autoscaling', kind: 'Scale' }, name, [
        { type: 'FieldValueInvalid', field: 'spec.replicas', badValue: replicas, detail },
      ]);
    }
    const object = clone(old) as KubeObject & Scalable;
    object.spec.replicas = replicas;
    object.metadata.resourceVersion = scale.metadata.resourceVersion;
    object.metadata.uid = scale.metadata.uid || object.metadata.uid;
    return object;
  });
  return jsonAnswer(200, scaleOf(entry.object));
}

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
