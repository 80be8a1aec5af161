import { isDns1123Subdomain } from '@wherry/apimachinery';
import { daemonSet, daemonSetStatus, daemonSetUpdate } from './daemon-set.ts';
import { podTemplateObject, replicationController } from './replication-controller.ts';
import {
  controllerRevision,
  controllerRevisionUpdate,
  statefulSet,
  statefulSetStatus,
  statefulSetUpdate,
} from './stateful-set.ts';
import type { Validator } from './validator.ts';
import { deployment, deploymentUpdate, replicaCounts, replicaSet, replicaSetUpdate } from './workload.ts';

const name = isDns1123Subdomain;

export const workloadValidators: Readonly<Record<string, Validator>> = {
  '/PodTemplate': { name, create: podTemplateObject },
  '/ReplicationController': { name, create: replicationController, status: replicaCounts },
  'apps/ControllerRevision': { name, create: controllerRevision, update: controllerRevisionUpdate },
  'apps/DaemonSet': { name, create: daemonSet, update: daemonSetUpdate, status: daemonSetStatus },
  'apps/Deployment': { name, create: deployment, update: deploymentUpdate, status: replicaCounts },
  'apps/ReplicaSet': { name, create: replicaSet, update: replicaSetUpdate, status: replicaCounts },
  'apps/StatefulSet': { name, create: statefulSet, update: statefulSetUpdate, status: statefulSetStatus },
};
