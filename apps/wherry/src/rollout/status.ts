import type { DaemonSet, Deployment, StatefulSet } from '@wherry/api';

/** What `rollout status` says of a Deployment, and whether there is nothing more to wait for. */
export interface RolloutStatus {
  readonly message: string;
  readonly done: boolean;
  readonly error?: string;
}

export function deploymentRolloutStatus(deployment: Deployment, revision = 0): RolloutStatus {
  const { name } = deployment.metadata;
  const quoted = JSON.stringify(name);
  if (revision > 0) {
    const running = Number(deployment.metadata.annotations?.['deployment.kubernetes.io/revision'] ?? 0);
    if (running !== revision) {
      const error = `desired revision (${revision}) is different from the running revision (${running})`;
      return { message: '', done: false, error };
    }
  }
  const status = deployment.status ?? {};
  if ((deployment.metadata.generation ?? 0) > (status.observedGeneration ?? 0)) {
    return { message: 'Waiting for deployment spec update to be observed...\n', done: false };
  }
  const progressing = status.conditions?.find((c) => c.type === 'Progressing');
  if (progressing?.reason === 'ProgressDeadlineExceeded') {
    return { message: '', done: false, error: `deployment ${quoted} exceeded its progress deadline` };
  }
  const waiting = `Waiting for deployment ${quoted} rollout to finish: `;
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = status;
  const wanted = deployment.spec.replicas ?? 1;
  if (updatedReplicas < wanted) {
    return {
      message: `${waiting}${updatedReplicas} out of ${wanted} new replicas have been updated...\n`,
      done: false,
    };
  }
  if (replicas > updatedReplicas) {
    return {
      message: `${waiting}${replicas - updatedReplicas} old replicas are pending termination...\n`,
      done: false,
    };
  }
  if (availableReplicas < updatedReplicas) {
    return {
      message: `${waiting}${availableReplicas} of ${updatedReplicas} updated replicas are available...\n`,
      done: false,
    };
  }
  return { message: `deployment ${quoted} successfully rolled out\n`, done: true };
}

const onlyRolling = 'rollout status is only available for RollingUpdate strategy type';

export function daemonSetRolloutStatus({ metadata, spec, status }: DaemonSet): RolloutStatus {
  if (spec.updateStrategy?.type !== 'RollingUpdate') return { message: '', done: true, error: onlyRolling };
  if ((metadata.generation ?? 0) > (status?.observedGeneration ?? 0)) {
    return { message: 'Waiting for daemon set spec update to be observed...\n', done: false };
  }
  const quoted = JSON.stringify(metadata.name);
  const waiting = `Waiting for daemon set ${quoted} rollout to finish: `;
  const { desiredNumberScheduled = 0, updatedNumberScheduled = 0, numberAvailable = 0 } = status ?? {};
  if (updatedNumberScheduled < desiredNumberScheduled) {
    const message = `${waiting}${updatedNumberScheduled} out of ${desiredNumberScheduled} new pods have been updated...\n`;
    return { message, done: false };
  }
  if (numberAvailable < desiredNumberScheduled) {
    const message = `${waiting}${numberAvailable} of ${desiredNumberScheduled} updated pods are available...\n`;
    return { message, done: false };
  }
  return { message: `daemon set ${quoted} successfully rolled out\n`, done: true };
}

export function statefulSetRolloutStatus({ metadata, spec, status }: StatefulSet): RolloutStatus {
  if (spec.updateStrategy?.type !== 'RollingUpdate') return { message: '', done: true, error: onlyRolling };
  if (!status?.observedGeneration || (metadata.generation ?? 0) > status.observedGeneration) {
    return { message: 'Waiting for statefulset spec update to be observed...\n', done: false };
  }
  const { readyReplicas = 0, updatedReplicas = 0, currentReplicas = 0, updateRevision, currentRevision } = status;
  const replicas = spec.replicas ?? 1;
  if (readyReplicas < replicas) {
    return { message: `Waiting for ${replicas - readyReplicas} pods to be ready...\n`, done: false };
  }
  const rolling = spec.updateStrategy.rollingUpdate;
  if (rolling) {
    const wanted = replicas - (rolling.partition ?? 0);
    if (rolling.partition !== undefined && updatedReplicas < wanted) {
      const message = `Waiting for partitioned roll out to finish: ${updatedReplicas} out of ${wanted} new pods have been updated...\n`;
      return { message, done: false };
    }
    const message = `partitioned roll out complete: ${updatedReplicas} new pods have been updated...\n`;
    return { message, done: true };
  }
  if (updateRevision !== currentRevision) {
    const message = `waiting for statefulset rolling update to complete ${updatedReplicas} pods at revision ${updateRevision}...\n`;
    return { message, done: false };
  }
  const message = `statefulset rolling update complete ${currentReplicas} pods at revision ${currentRevision}...\n`;
  return { message, done: true };
}
