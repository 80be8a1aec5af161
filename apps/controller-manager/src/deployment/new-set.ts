import { clone, type ObjectMeta } from '@wherry/apimachinery';
import { deployments, podTemplateHash, type Deployment, type ReplicaSet } from '@wherry/api';
import { controllerRef } from '../ownership/controller-ref.ts';
import { templateHashLabel } from './sets.ts';

/** The ReplicaSet of the Deployment's template: its name is a function of the template, so it cannot be made twice. */
export function newReplicaSet(deployment: Deployment): ReplicaSet {
  const { spec, metadata } = deployment;
  const hash = podTemplateHash(spec.template, deployment.status?.collisionCount);
  const template = clone(spec.template);
  const labels = { ...template.metadata?.labels, [templateHashLabel]: hash };
  const { selector } = spec;
  return {
    metadata: {
      name: `${metadata.name}-${hash}`,
      namespace: metadata.namespace,
      labels,
      ownerReferences: [controllerRef(deployment, deployments)],
    },
    spec: {
      minReadySeconds: spec.minReadySeconds,
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [templateHashLabel]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } as ObjectMeta },
    },
  };
}
