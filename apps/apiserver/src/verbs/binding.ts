import { Binding, type Pod, type PodCondition } from '@wherry/api';
import { badRequest, clone, conflict, invalid, success, type FieldError } from '@wherry/apimachinery';
import { parseBody } from '../http/body.ts';
import { jsonAnswer, type Answer, type RequestContext } from '../http/context.ts';
import { groupResource, timeOf } from '../registry/object-meta.ts';
import type { Registry } from '../registry/registry.ts';
import { cacheKey, type Served } from '../registry/served.ts';
import { updateObject } from '../registry/update.ts';
import { writeOptions } from './create.ts';
import { decodeAs } from './decode-object.ts';

/** POST pods/NAME/binding: the scheduler's decision. It holds only for a pod that is not bound and not going. */
export async function bind(context: RequestContext, registry: Registry, served: Served): Promise<Answer> {
  const { name, namespace } = context.info;
  const { value } = await parseBody(context, Binding);
  const binding = decodeAs(context, Binding, { kind: 'Binding', apiVersion: 'v1' }, value) as Binding;
  const meta = binding.metadata;
  if (meta.name !== undefined && meta.name !== '' && meta.name !== name) {
    throw badRequest('name in URL does not match name in Binding object');
  }
  checkTarget(binding, name);
  const options = { ...writeOptions(context), subresource: 'binding', raw: true };
  await updateObject(registry, served, cacheKey(served, namespace, name), name, options, (old) => {
    if ((meta.uid ?? '') !== '' && meta.uid !== old.metadata.uid) {
      const why = `Precondition failed: UID in precondition: ${meta.uid}, UID in object meta: ${old.metadata.uid ?? ''}`;
      throw conflict(groupResource(served), name, why);
    }
    return bound(served, clone(old) as Pod, binding, context.now);
  });
  return jsonAnswer(201, { ...success(), code: 201 });
}

function bound(served: Served, pod: Pod, binding: Binding, now: Date): Pod {
  const refuse = (why: string) => conflict({ group: '', resource: 'pods/binding' }, pod.metadata.name, why);
  if (pod.metadata.deletionTimestamp !== undefined)
    throw refuse(`pod ${pod.metadata.name} is being deleted, cannot be assigned to a host`);
  if ((pod.spec.nodeName ?? '') !== '')
    throw refuse(`pod ${pod.metadata.name} is already assigned to node ${JSON.stringify(pod.spec.nodeName)}`);
  if ((pod.spec.schedulingGates?.length ?? 0) > 0)
    throw refuse(`pod ${pod.metadata.name} has non-empty .spec.schedulingGates`);
  pod.spec.nodeName = binding.target.name;
  const { annotations, labels } = binding.metadata;
  if (annotations) pod.metadata.annotations = { ...pod.metadata.annotations, ...annotations };
  if (labels) pod.metadata.labels = { ...pod.metadata.labels, ...labels };
  const scheduled: PodCondition = {
    type: 'PodScheduled',
    status: 'True',
    lastProbeTime: undefined,
    lastTransitionTime: timeOf(now),
  };
  const others = (pod.status?.conditions ?? []).filter((condition) => condition.type !== 'PodScheduled');
  pod.status = { ...pod.status, conditions: [...others, scheduled] };
  if (served.strategy.countsGeneration) pod.metadata.generation = (pod.metadata.generation ?? 0) + 1;
  return pod;
}

function checkTarget(binding: Binding, name: string): void {
  const errors: FieldError[] = [];
  const { kind, name: node } = binding.target;
  if (kind !== undefined && kind !== '' && kind !== 'Node') {
    errors.push({
      type: 'FieldValueNotSupported',
      field: 'target.kind',
      badValue: kind,
      detail: 'supported values: "Node", "<empty>"',
    });
  }
  if (node === undefined || node === '') errors.push({ type: 'FieldValueRequired', field: 'target.name', detail: '' });
  if (errors.length > 0) throw invalid({ group: '', kind: 'Binding' }, name, errors);
}
