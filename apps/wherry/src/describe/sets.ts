import type { DaemonSet, PersistentVolumeClaim, Pod, ReplicationController, StatefulSet } from '@wherry/api';
import type { Unstructured } from '../resources/unstructured.ts';
import {
  annotationLines,
  controlledBy,
  formatLabelSelector,
  formatSelector,
  labelLines,
  longTime,
  type Page,
} from './page.ts';
import { podTemplateLines } from './pod-template.ts';

/** `1 Running / 0 Waiting / ...` of the pods that an object controls. */
export function podsStatus(object: Unstructured, pods: readonly Pod[]): string {
  const owned = pods.filter((pod) => pod.metadata.ownerReferences?.some((o) => o.uid === object.metadata.uid));
  const count = (phase: string): number => owned.filter((pod) => pod.status?.phase === phase).length;
  return `${count('Running')} Running / ${count('Pending')} Waiting / ${count('Succeeded')} Succeeded / ${count('Failed')} Failed`;
}

export function describeDaemonSet(page: Page, object: Unstructured, pods: readonly Pod[]): void {
  const { metadata, spec, status } = object as unknown as DaemonSet;
  page.line(0, `Name:\t${metadata.name}`);
  page.line(0, `Namespace:\t${metadata.namespace ?? ''}`);
  page.line(0, `Selector:\t${formatLabelSelector(spec.selector)}`);
  page.line(0, `Node-Selector:\t${formatSelector(spec.template.spec?.nodeSelector)}`);
  labelLines(page, 'Labels', metadata.labels);
  annotationLines(page, 'Annotations', metadata.annotations);
  page.line(0, `Desired Number of Nodes Scheduled: ${status?.desiredNumberScheduled ?? 0}`);
  page.line(0, `Current Number of Nodes Scheduled: ${status?.currentNumberScheduled ?? 0}`);
  page.line(0, `Number of Nodes Scheduled with Up-to-date Pods: ${status?.updatedNumberScheduled ?? 0}`);
  page.line(0, `Number of Nodes Scheduled with Available Pods: ${status?.numberAvailable ?? 0}`);
  page.line(0, `Number of Nodes Misscheduled: ${status?.numberMisscheduled ?? 0}`);
  page.line(0, `Pods Status:\t${podsStatus(object, pods)}`);
  podTemplateLines(page, spec.template);
}

export function describeStatefulSet(page: Page, object: Unstructured, pods: readonly Pod[]): void {
  const { metadata, spec, status } = object as unknown as StatefulSet;
  page.line(0, `Name:\t${metadata.name}`);
  page.line(0, `Namespace:\t${metadata.namespace ?? ''}`);
  page.line(0, `CreationTimestamp:\t${longTime(metadata.creationTimestamp)}`);
  page.line(0, `Selector:\t${formatLabelSelector(spec.selector)}`);
  labelLines(page, 'Labels', metadata.labels);
  annotationLines(page, 'Annotations', metadata.annotations);
  page.line(0, `Replicas:\t${spec.replicas ?? 1} desired | ${status?.replicas ?? 0} total`);
  page.line(0, `Update Strategy:\t${spec.updateStrategy?.type ?? ''}`);
  const rolling = spec.updateStrategy?.rollingUpdate;
  if (rolling?.partition !== undefined) page.line(1, `Partition:\t${rolling.partition}`);
  if (rolling?.maxUnavailable !== undefined) page.line(1, `MaxUnavailable:\t${rolling.maxUnavailable}`);
  page.line(0, `Pods Status:\t${podsStatus(object, pods)}`);
  podTemplateLines(page, spec.template);
  claimLines(page, spec.volumeClaimTemplates ?? []);
}

function claimLines(page: Page, claims: readonly PersistentVolumeClaim[]): void {
  if (claims.length === 0) {
    page.line(0, 'Volume Claims:\t<none>');
    return;
  }
  page.line(0, 'Volume Claims:');
  for (const { metadata, spec } of claims) {
    page.line(1, `Name:\t${metadata.name}`);
    page.line(1, `StorageClass:\t${spec.storageClassName ?? ''}`);
    labelLines(page, '  Labels', metadata.labels);
    annotationLines(page, '  Annotations', metadata.annotations);
    page.line(1, `Capacity:\t${spec.resources?.requests?.['storage'] ?? '<default>'}`);
    page.line(1, `Access Modes:\t[${(spec.accessModes ?? []).join(' ')}]`);
  }
}

export function describeReplicationController(page: Page, object: Unstructured, pods: readonly Pod[]): void {
  const { metadata, spec, status } = object as unknown as ReplicationController;
  page.line(0, `Name:\t${metadata.name}`);
  page.line(0, `Namespace:\t${metadata.namespace ?? ''}`);
  page.line(0, `Selector:\t${formatSelector(spec.selector)}`);
  labelLines(page, 'Labels', metadata.labels);
  annotationLines(page, 'Annotations', metadata.annotations);
  controlledBy(page, object);
  page.line(0, `Replicas:\t${status?.replicas ?? 0} current / ${spec.replicas ?? 1} desired`);
  page.line(0, `Pods Status:\t${podsStatus(object, pods)}`);
  podTemplateLines(page, spec.template);
  conditionLines(page, status?.conditions);
}

/** Type, status and reason of each condition. */
export function conditionLines(
  page: Page,
  conditions: readonly { type: string; status: string; reason?: string | undefined }[] | undefined,
): void {
  if (!conditions?.length) return;
  page.add('Conditions:\n  Type\tStatus\tReason\n  ----\t------\t------\n');
  for (const { type, status, reason } of conditions) page.line(1, `${type} \t${status}\t${reason ?? ''}`);
}
