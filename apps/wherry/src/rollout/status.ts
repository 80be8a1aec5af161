import type { Deployment } from '@wherry/api';

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
