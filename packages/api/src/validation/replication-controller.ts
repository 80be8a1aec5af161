import { fieldInvalid, fieldRequired, labelsMatchMap } from '@wherry/apimachinery';
import type { PodTemplate } from '../core/pod-template.ts';
import type { ReplicationController } from '../core/replication-controller.ts';
import { podTemplate } from './pod-spec.ts';
import { nonNegative, type Findings } from './value-rules.ts';
import { restartsAlways } from './workload.ts';

export function* replicationController({ spec }: ReplicationController): Findings {
  yield* nonNegative(spec.minReadySeconds, 'spec.minReadySeconds');
  const selector = spec.selector ?? {};
  const selects = Object.keys(selector).length > 0;
  if (!selects) yield fieldRequired('spec.selector');
  if (spec.replicas === undefined) yield fieldRequired('spec.replicas');
  yield* nonNegative(spec.replicas, 'spec.replicas');
  const { template } = spec;
  if (template === undefined) {
    yield fieldRequired('spec.template');
    return;
  }
  const labels = template.metadata?.labels;
  if (selects && !labelsMatchMap(selector, labels)) {
    yield fieldInvalid('spec.template.metadata.labels', labels, '`selector` does not match template `labels`');
  }
  yield* podTemplate(template, 'spec.template');
  yield* restartsAlways(template.spec, 'spec.template.spec', 'ReplicationController');
}

export function* podTemplateObject({ template }: PodTemplate): Findings {
  yield* podTemplate(template, 'template');
}
