import type { CronJob, DaemonSet, Job } from '@wherry/api';
import { deepEqual, type KubeObject, type ObjectMeta } from '@wherry/apimachinery';
import { autoscalerStrategy } from './autoscaler-conversion.ts';
import type { Strategy } from './strategy.ts';

const counted: Strategy = { hasStatus: true, countsGeneration: true, allowsUnconditionalUpdate: true };

/** New objects begin with this status: what is always written of it, which clients may rely on. */
function withStatus(status: object): Pick<Strategy, 'prepareForCreate'> {
  return {
    prepareForCreate(object) {
      (object as KubeObject & { status?: object }).status = { ...status };
    },
  };
}

const templateGeneration = 'deprecated.daemonset.template.generation';

/** The generation of the template lives on as an annotation, which the server alone writes. */
function setTemplateGeneration(set: DaemonSet, generation: number): void {
  set.metadata.annotations = { ...set.metadata.annotations, [templateGeneration]: String(generation) };
}

function templateGenerationOf(set: DaemonSet): number {
  return Number(set.metadata.annotations?.[templateGeneration] ?? 0) || 0;
}

const daemonSets: Strategy = {
  ...counted,
  prepareForCreate(object) {
    const set = object as DaemonSet;
    set.status = { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 };
    setTemplateGeneration(set, Math.max(1, templateGenerationOf(set)));
  },
  prepareForUpdate(object, old) {
    const [set, before] = [object as DaemonSet, old as DaemonSet];
    const changed = !deepEqual(set.spec.template, before.spec.template);
    setTemplateGeneration(set, templateGenerationOf(before) + (changed ? 1 : 0));
  },
};

const jobs: Strategy = {
  ...counted,
  prepareForCreate(object) {
    const job = object as Job;
    job.status = {};
    if (job.spec.manualSelector !== true) generateSelector(job);
  },
};

/** What the user has set stays, for validation to refuse. */
function generateSelector(job: Job): void {
  const { name, uid = '' } = job.metadata;
  const template = job.spec.template;
  const generated = {
    'batch.kubernetes.io/job-name': name,
    'job-name': name,
    'batch.kubernetes.io/controller-uid': uid,
    'controller-uid': uid,
  };
  const metadata = (template.metadata ??= {} as ObjectMeta);
  metadata.labels = { ...generated, ...metadata.labels };
  const selector = (job.spec.selector ??= {});
  selector.matchLabels = { 'batch.kubernetes.io/controller-uid': uid, ...selector.matchLabels };
}

const cronJobs: Strategy = {
  ...counted,
  prepareForCreate(object) {
    (object as CronJob).status = {};
  },
};

const podTemplates: Strategy = {
  countsGeneration: true,
  generationFields: ['template'],
  allowsUnconditionalUpdate: true,
};

const noReplicas = withStatus({ replicas: 0 });

export const workloadStrategies: readonly (readonly [string, Strategy])[] = [
  ['/podtemplates', podTemplates],
  ['/replicationcontrollers', { ...counted, ...noReplicas }],
  ['apps/deployments', counted],
  ['apps/replicasets', counted],
  ['apps/daemonsets', daemonSets],
  ['apps/statefulsets', { ...counted, ...withStatus({ replicas: 0, availableReplicas: 0 }) }],
  ['apps/controllerrevisions', { allowsUnconditionalUpdate: true }],
  ['batch/jobs', jobs],
  ['batch/cronjobs', cronJobs],
  // Its status is decided by eviction and controller together: nobody overwrites it unseen.
  [
    'policy/poddisruptionbudgets',
    {
      hasStatus: true,
      countsGeneration: true,
      ...withStatus({ currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 }),
    },
  ],
  ['autoscaling/horizontalpodautoscalers', autoscalerStrategy],
];
