import type { Deployment, Pod, ReplicaSet } from '@wherry/api';
import { sortKeys } from '../printing/json.ts';
import { templateOf } from '../rollout/history.ts';
import type { Unstructured } from '../resources/unstructured.ts';
import { annotationLines, controlledBy, formatLabelSelector, labelLines, longTime, type Page } from './page.ts';
import { podTemplateLines } from './pod-template.ts';

export function describeDeployment(page: Page, object: Unstructured, replicaSets: readonly ReplicaSet[]): void {
  const deployment = object as unknown as Deployment;
  const { metadata, spec } = deployment;
  const status = deployment.status ?? {};
  page.line(0, `Name:\t${metadata.name}`);
  page.line(0, `Namespace:\t${metadata.namespace ?? ''}`);
  page.line(0, `CreationTimestamp:\t${longTime(metadata.creationTimestamp)}`);
  labelLines(page, 'Labels', metadata.labels);
  annotationLines(page, 'Annotations', metadata.annotations);
  page.line(0, `Selector:\t${formatLabelSelector(spec.selector)}`);
  const { updatedReplicas = 0, replicas = 0, availableReplicas = 0, unavailableReplicas = 0 } = status;
  page.line(
    0,
    `Replicas:\t${spec.replicas ?? 1} desired | ${updatedReplicas} updated | ${replicas} total | ${availableReplicas} available | ${unavailableReplicas} unavailable`,
  );
  page.line(0, `StrategyType:\t${spec.strategy?.type ?? ''}`);
  page.line(0, `MinReadySeconds:\t${spec.minReadySeconds ?? 0}`);
  const rolling = spec.strategy?.rollingUpdate;
  if (rolling) {
    page.line(0, `RollingUpdateStrategy:\t${rolling.maxUnavailable} max unavailable, ${rolling.maxSurge} max surge`);
  }
  podTemplateLines(page, spec.template);
  if (status.conditions?.length) {
    page.add('Conditions:\n  Type\tStatus\tReason\n  ----\t------\t------\n');
    for (const { type, status: value, reason } of status.conditions)
      page.line(1, `${type} \t${value}\t${reason ?? ''}`);
  }
  const owned = replicaSets.filter((rs) => rs.metadata.ownerReferences?.some((o) => o.uid === metadata.uid));
  const wanted = JSON.stringify(sortKeys(spec.template));
  const current = owned.find((rs) => JSON.stringify(sortKeys(templateOf(rs))) === wanted);
  if (owned.length > 0 || current) {
    page.line(0, `OldReplicaSets:\t${formatReplicaSets(owned.filter((rs) => rs !== current))}`);
    page.line(0, `NewReplicaSet:\t${formatReplicaSets(current ? [current] : [])}`);
  }
}

function formatReplicaSets(sets: readonly ReplicaSet[]): string {
  if (sets.length === 0) return '<none>';
  return sets
    .map((rs) => `${rs.metadata.name} (${rs.status?.replicas ?? 0}/${rs.spec?.replicas ?? 1} replicas created)`)
    .join(', ');
}

export function describeReplicaSet(page: Page, object: Unstructured, pods: readonly Pod[]): void {
  const replicaSet = object as unknown as ReplicaSet;
  const { metadata, spec } = replicaSet;
  const status = replicaSet.status;
  page.line(0, `Name:\t${metadata.name}`);
  page.line(0, `Namespace:\t${metadata.namespace ?? ''}`);
  page.line(0, `Selector:\t${formatLabelSelector(spec.selector)}`);
  labelLines(page, 'Labels', metadata.labels);
  annotationLines(page, 'Annotations', metadata.annotations);
  controlledBy(page, object);
  page.line(0, `Replicas:\t${status?.replicas ?? 0} current / ${spec.replicas ?? 1} desired`);
  const owned = pods.filter((pod) => pod.metadata.ownerReferences?.some((o) => o.uid === metadata.uid));
  const count = (phase: string): number => owned.filter((pod) => pod.status?.phase === phase).length;
  page.line(
    0,
    `Pods Status:\t${count('Running')} Running / ${count('Pending')} Waiting / ${count('Succeeded')} Succeeded / ${count('Failed')} Failed`,
  );
  podTemplateLines(page, spec.template);
  if (status?.conditions?.length) {
    page.add('Conditions:\n  Type\tStatus\tReason\n  ----\t------\t------\n');
    for (const { type, status: value, reason } of status.conditions)
      page.line(1, `${type} \t${value}\t${reason ?? ''}`);
  }
}
