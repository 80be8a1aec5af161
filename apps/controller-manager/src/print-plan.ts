import type { KubeObject } from '@wherry/apimachinery';
import type { Plan } from './runner/plan.ts';

/** A plan as text for golden files: one line a step, times masked. */
export function printPlan(plan: Plan): string {
  const lines: string[] = [];
  for (const step of plan.patch ?? []) {
    const what = step.subresource === undefined ? 'patch' : `patch ${step.subresource}`;
    lines.push(line(what, step.resource, step.namespace, step.name, step.patch));
    if (step.verify !== undefined)
      lines.push(`  verified: ${step.verify.resource} ${step.verify.name} is ${step.verify.state}`);
  }
  for (const { resource, object } of plan.create ?? []) lines.push(written('create', resource, object));
  for (const { resource, object } of plan.update ?? []) lines.push(written('update', resource, object));
  for (const step of plan.delete ?? []) {
    const { gracePeriodSeconds, propagationPolicy, resourceVersion } = step;
    lines.push(
      line('delete', step.resource, step.namespace, step.name, {
        gracePeriodSeconds,
        propagationPolicy,
        resourceVersion,
      }),
    );
  }
  for (const step of plan.deleteCollection ?? []) lines.push(`delete all ${step.resource} in ${step.namespace}`);
  for (const { resource, object } of plan.status ?? []) {
    const { status } = object as { status?: unknown };
    lines.push(line('status', resource, object.metadata.namespace, object.metadata.name, status));
  }
  for (const { object } of plan.finalize ?? [])
    lines.push(line('finalize', 'namespaces', undefined, object.metadata.name, (object as { spec?: unknown }).spec));
  for (const { type, reason, message } of plan.events ?? []) lines.push(`event ${type} ${reason}: ${message}`);
  if (plan.requeueAfterMs !== undefined) lines.push(`again after ${plan.requeueAfterMs} ms`);
  return lines.length === 0 ? '(nothing)\n' : `${lines.join('\n')}\n`;
}

function written(verb: string, resource: string, object: KubeObject): string {
  const { metadata, ...body } = object;
  const { name, generateName, namespace, labels, annotations } = metadata;
  return line(verb, resource, namespace, name ?? `${generateName ?? ''}*`, { labels, annotations, ...body });
}

function line(what: string, resource: string, namespace: string | undefined, name: string, body: unknown): string {
  const where = namespace === undefined ? name : `${namespace}/${name}`;
  const text = JSON.stringify(body) ?? '';
  return `${what} ${resource} ${where} ${text === '{}' ? '' : text}`
    .trimEnd()
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, '<time>');
}
