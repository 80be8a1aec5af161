import type { DaemonSet } from '../apps/daemonset.ts';
import type { Deployment } from '../apps/deployment.ts';
import type { ReplicaSet } from '../apps/replicaset.ts';
import type { StatefulSet } from '../apps/statefulset.ts';
import type { PodTemplate } from '../core/pod-template.ts';
import type { ReplicationController } from '../core/replication-controller.ts';
import { defaultPodSpec } from './pod.ts';
import { defaultClaim } from './volume-claim.ts';

export const workloadDefaults = {
  '/PodTemplate': defaultPodTemplate,
  '/ReplicationController': defaultReplicationController,
  'apps/DaemonSet': defaultDaemonSet,
  'apps/Deployment': defaultDeployment,
  'apps/ReplicaSet': defaultReplicaSet,
  'apps/StatefulSet': defaultStatefulSet,
};

function defaultPodTemplate({ template }: PodTemplate): void {
  defaultPodSpec(template.spec);
}

/** The only workload whose selector and labels follow from its template. */
function defaultReplicationController({ metadata, spec }: ReplicationController): void {
  const labels = spec.template?.metadata?.labels;
  if (labels !== undefined && Object.keys(labels).length > 0) {
    if (isEmpty(spec.selector)) spec.selector = { ...labels };
    if (isEmpty(metadata.labels)) metadata.labels = { ...labels };
  }
  spec.replicas ??= 1;
  if (spec.template !== undefined) defaultPodSpec(spec.template.spec);
}

export function isEmpty(map: Readonly<Record<string, string>> | undefined): boolean {
  return map === undefined || Object.keys(map).length === 0;
}

function defaultDaemonSet({ spec }: DaemonSet): void {
  const strategy = (spec.updateStrategy ??= {});
  strategy.type ||= 'RollingUpdate';
  if (strategy.type === 'RollingUpdate') {
    const rolling = (strategy.rollingUpdate ??= {});
    rolling.maxUnavailable ??= 1;
    rolling.maxSurge ??= 0;
  }
  spec.revisionHistoryLimit ??= 10;
  defaultPodSpec(spec.template.spec);
}

function defaultDeployment({ spec }: Deployment): void {
  spec.replicas ??= 1;
  const strategy = (spec.strategy ??= {});
  strategy.type ||= 'RollingUpdate';
  if (strategy.type === 'RollingUpdate') {
    const rolling = (strategy.rollingUpdate ??= {});
    rolling.maxUnavailable ??= '25%';
    rolling.maxSurge ??= '25%';
  }
  spec.revisionHistoryLimit ??= 10;
  spec.progressDeadlineSeconds ??= 600;
  defaultPodSpec(spec.template.spec);
}

function defaultReplicaSet({ spec }: ReplicaSet): void {
  spec.replicas ??= 1;
  if (spec.template !== undefined) defaultPodSpec(spec.template.spec);
}

function defaultStatefulSet({ spec }: StatefulSet): void {
  spec.podManagementPolicy ||= 'OrderedReady';
  const strategy = (spec.updateStrategy ??= {});
  if (strategy.type === undefined || strategy.type === '') {
    strategy.type = 'RollingUpdate';
    strategy.rollingUpdate ??= {};
  }
  if (strategy.type === 'RollingUpdate' && strategy.rollingUpdate !== undefined) {
    strategy.rollingUpdate.partition ??= 0;
    strategy.rollingUpdate.maxUnavailable ??= 1;
  }
  const retention = (spec.persistentVolumeClaimRetentionPolicy ??= {});
  retention.whenDeleted ||= 'Retain';
  retention.whenScaled ||= 'Retain';
  spec.replicas ??= 1;
  spec.revisionHistoryLimit ??= 10;
  defaultPodSpec(spec.template.spec);
  for (const claim of spec.volumeClaimTemplates ?? []) {
    claim.apiVersion = 'v1';
    claim.kind = 'PersistentVolumeClaim';
    defaultClaim(claim);
  }
}
