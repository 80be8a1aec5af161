import { clusterRoleAggregationController } from './clusterrole-aggregation/controller.ts';
import type { KeyObject } from 'node:crypto';
import type { KeyPair } from '@wherry/pki';
import { bootstrapSigner } from './bootstrap-token/sign.ts';
import { tokenCleaner } from './bootstrap-token/clean.ts';
import { certificateApprovingController } from './certificates/approve.ts';
import { certificateCleaner } from './certificates/clean.ts';
import { certificateSigningController } from './certificates/sign.ts';
import { deploymentController } from './deployment/controller.ts';
import { endpointSliceController } from './endpoint-slice/controller.ts';
import { endpointsController } from './endpoints/controller.ts';
import { garbageCollector } from './garbage-collector/controller.ts';
import { namespaceController } from './namespace/controller.ts';
import { nodeIpamController } from './node-ipam/controller.ts';
import { nodeLifecycleController } from './node-lifecycle/controller.ts';
import type { Options } from './options.ts';
import { podGcController } from './pod-gc/controller.ts';
import { replicaSetController } from './replica-set/controller.ts';
import { resourceQuotaController } from './resource-quota/controller.ts';
import { rootCaController } from './root-ca/controller.ts';
import type { Controller } from './runner/controller.ts';
import { serviceAccountController } from './service-account/controller.ts';
import { serviceAccountTokenController } from './service-account-token/controller.ts';
import { claimProtectionController, volumeProtectionController } from './storage-protection/controllers.ts';
import { taintEvictionController } from './taint-eviction/controller.ts';

/** What the flags name, read. PEM texts. */
export interface ControllerFiles {
  readonly rootCa?: string | undefined;
  readonly signingCa?: KeyPair | undefined;
  /** Of service accounts. */
  readonly tokenKey?: KeyObject | undefined;
}

/** Every controller there is, but for those that lack something to work with: a cluster CIDR, a certificate, a key. */
export function controllers(options: Options, files: ControllerFiles): Controller[] {
  const { rootCa, signingCa, tokenKey } = files;
  const withIpam = options.allocateNodeCidrs && options.clusterCidr.length > 0;
  return [
    serviceAccountController(options.concurrentServiceaccountTokenSyncs),
    ...(rootCa === undefined ? [] : [rootCaController(rootCa)]),
    ...(tokenKey === undefined
      ? []
      : [serviceAccountTokenController(tokenKey, rootCa, options.concurrentServiceaccountTokenSyncs)]),
    certificateApprovingController(CSR_WORKERS),
    ...(signingCa === undefined
      ? []
      : [
          certificateSigningController({
            ca: signingCa,
            durationMs: options.clusterSigningDuration,
            workers: CSR_WORKERS,
          }),
        ]),
    certificateCleaner(),
    tokenCleaner(),
    bootstrapSigner(),
    ...(withIpam ? [nodeIpam(options)] : []),
    nodeLifecycle(options),
    taintEvictionController(8),
    podGcController(options.terminatedPodGcThreshold),
    endpointSliceController(options.concurrentServiceEndpointSyncs, options.maxEndpointsPerSlice),
    endpointsController(options.concurrentEndpointSyncs),
    replicaSetController(options.concurrentReplicasetSyncs),
    deploymentController(options.concurrentDeploymentSyncs),
    resourceQuotaController(options.concurrentResourceQuotaSyncs),
    claimProtectionController(),
    volumeProtectionController(),
    clusterRoleAggregationController(5),
    namespaceController(options.concurrentNamespaceSyncs),
    garbageCollector(options.concurrentGcSyncs),
  ];
}

const CSR_WORKERS = 5;

/** Also those that the other flags leave out. */
const names = [
  'serviceaccount-controller',
  'root-ca-certificate-publisher-controller',
  'serviceaccount-token-controller',
  'certificatesigningrequest-approving-controller',
  'certificatesigningrequest-signing-controller',
  'certificatesigningrequest-cleaner-controller',
  'token-cleaner-controller',
  'bootstrap-signer-controller',
  'nodeipam-controller',
  'node-lifecycle-controller',
  'taint-eviction-controller',
  'pod-garbage-collector-controller',
  'endpointslice-controller',
  'endpoints-controller',
  'replicaset-controller',
  'deployment-controller',
  'resourcequota-controller',
  'persistentvolumeclaim-protection-controller',
  'persistentvolume-protection-controller',
  'clusterrole-aggregation-controller',
  'namespace-controller',
  'garbage-collector-controller',
];

/**
 * The controllers that `--controllers` asks for: `*` is all, `name` one, `-name` all but one; a name weighs more than
 * the star, as upstream. @throws {Error} for a name that no controller has
 */
export function chosen(all: readonly Controller[], wanted: readonly string[]): Controller[] {
  for (const text of wanted) {
    const name = text.replace(/^-/, '');
    if (name !== '*' && !names.includes(name))
      throw new Error(`${JSON.stringify(name)} is not in the list of known controllers`);
  }
  return all.filter(({ name }) => {
    if (wanted.includes(name)) return true;
    if (wanted.includes(`-${name}`)) return false;
    return wanted.includes('*');
  });
}

function nodeIpam(options: Options): Controller {
  return nodeIpamController(options.clusterCidr, { 4: options.nodeCidrMaskSize, 6: options.nodeCidrMaskSizeIpv6 });
}

function nodeLifecycle(options: Options): Controller {
  return nodeLifecycleController({
    periodMs: options.nodeMonitorPeriod,
    gracePeriodMs: options.nodeMonitorGracePeriod,
    startupGracePeriodMs: options.nodeStartupGracePeriod,
    rates: {
      rate: number('--node-eviction-rate', options.nodeEvictionRate),
      secondaryRate: number('--secondary-node-eviction-rate', options.secondaryNodeEvictionRate),
      unhealthyThreshold: number('--unhealthy-zone-threshold', options.unhealthyZoneThreshold),
      largeZone: options.largeClusterSizeThreshold,
    },
  });
}

function number(flag: string, text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0)
    throw new Error(`${flag} must be a number, not ${text}`);
  return value;
}
