import { Binding, type Pod, type PodCondition } from '@wherry/api';
import { badRequest, clone, conflict, invalid, noSuchPath, success, type FieldError } from '@wherry/apimachinery';
import { parseBody } from '../http/body.ts';
import { jsonAnswer, type Answer, type RequestContext } from '../http/context.ts';
import { groupResource, timeOf } from '../registry/object-meta.ts';
import { findServed, type Registry } from '../registry/registry.ts';
import { cacheKey, type Served } from '../registry/served.ts';
import { updateObject } from '../registry/update.ts';
import { writeOptions } from './create.ts';
import { decodeAs } from './decode-object.ts';

/** POST pods/NAME/binding: the scheduler's decision. It holds only for a pod that is not bound and not going. */
export async function bind(context: RequestContext, registry: Registry, served: Served): Promise<Answer> {
  const { name } = context.info;
  const binding = await readBinding(context);
  const meta = binding.metadata;
  if (meta.name !== undefined && meta.name !== '' && meta.name !== name) {
    throw badRequest('name in URL does not match name in Binding object');
  }
  return assign(context, registry, served, name, binding);
}

/** POST bindings, the older form: the pod is the one that the body names. */
export async function bindByBody(context: RequestContext, registry: Registry): Promise<Answer> {
  const binding = await readBinding(context);
  const pods = findServed(registry, '', 'v1', 'pods');
  if (pods === undefined) throw noSuchPath();
  return assign(context, registry, pods, binding.metadata.name ?? '', binding);
}

async function readBinding(context: RequestContext): Promise<Binding> {
  const { value } = await parseBody(context, Binding);
  return decodeAs(context, Binding, { kind: 'Binding', apiVersion: 'v1' }, value) as Binding;
}

async function assign(
  context: RequestContext,
  registry: Registry,
  served: Served,
  name: string,
  binding: Binding,
): Promise<Answer> {
  const { namespace } = context.info;
  const meta = binding.metadata;
  checkTarget(binding, name);
  const options = { ...writeOptions(context), subresource: 'binding', raw: true };
  await updateObject(registry, served, cacheKey(served, namespace, name), name, options, (old) => {
    if ((meta.uid ?? '') !== '' && meta.uid !== old.metadata.uid) {
      const why = `Precondition failed: UID in precondition: ${meta.uid}, UID in object meta: ${old.metadata.uid ?? ''}`;
      throw conflict(groupResource(served), name, why);
    }
    return bound(clone(old) as Pod, binding, context.now);
  });
  return jsonAnswer(201, { ...success(), code: 201 });
}

function bound(pod: Pod, binding: Binding, now: Date): Pod {
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
  // What was nominated before is settled now. The generation stays: users alone count as changing the spec.
  pod.status = { ...pod.status, nominatedNodeName: undefined, conditions: [...others, scheduled] };
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
