import type { ResourceClaimTemplate } from '../resource/resource-claim-template.ts';
import type { DeviceToleration, DynamicResourceClaim, ResourceClaimSpec } from '../resource/resource-claim.ts';

/** One device of its class, unless more is asked for. */
function defaultSpec(spec: ResourceClaimSpec | undefined): void {
  for (const { exactly, firstAvailable } of spec?.devices?.requests ?? []) {
    for (const request of [...(exactly === undefined ? [] : [exactly]), ...(firstAvailable ?? [])]) {
      request.allocationMode ||= 'ExactCount';
      if (request.allocationMode === 'ExactCount') request.count ||= 1;
      for (const toleration of request.tolerations ?? []) defaultToleration(toleration);
    }
  }
}

function defaultToleration(toleration: DeviceToleration): void {
  toleration.operator ||= 'Equal';
}

export const deviceDefaults = {
  'resource.k8s.io/ResourceClaim': ({ spec, status }: DynamicResourceClaim): void => {
    defaultSpec(spec);
    for (const { tolerations } of status?.allocation?.devices?.results ?? []) {
      for (const toleration of tolerations ?? []) defaultToleration(toleration);
    }
  },
  'resource.k8s.io/ResourceClaimTemplate': ({ spec }: ResourceClaimTemplate): void => defaultSpec(spec?.spec),
};
