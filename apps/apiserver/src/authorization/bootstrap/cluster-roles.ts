import type { ClusterRole, PolicyRule } from '@wherry/api';
import { nodeRules } from './node-rules.ts';
import { allow, allowPaths, events, read, readWrite, write } from './rule.ts';

const RBAC = 'rbac.authorization.k8s.io';
const AUTHENTICATION = 'authentication.k8s.io';
const AUTHORIZATION = 'authorization.k8s.io';
const CERTIFICATES = 'certificates.k8s.io';
const STORAGE = 'storage.k8s.io';
const CLAIMS = 'resource.k8s.io';

/**
 * Upstream's default ClusterRoles of 1.36 but for those of the controllers, with the features that are on by default
 * (plugin/pkg/auth/authorizer/rbac/bootstrappolicy).
 */
export function defaultClusterRoles(): ClusterRole[] {
  return [
    role('cluster-admin', [allow('*', '*', '*'), allowPaths('*', '*')]),
    role('system:monitoring', [
      allowPaths('get', '/metrics /metrics/slis /livez /readyz /healthz /livez/* /readyz/* /healthz/*'),
      allowPaths('get', '/flagz'),
      allowPaths('get', '/statusz'),
    ]),
    role('system:discovery', [
      allowPaths('get', '/livez /readyz /healthz /version /version/ /openapi /openapi/* /api /api/* /apis /apis/*'),
    ]),
    role('system:basic-user', [
      allow('create', AUTHORIZATION, 'selfsubjectaccessreviews selfsubjectrulesreviews'),
      allow('create', AUTHENTICATION, 'selfsubjectreviews'),
    ]),
    role('system:public-info-viewer', [allowPaths('get', '/livez /readyz /healthz /version /version/')]),
    aggregated('admin', []),
    aggregated('edit', ['admin']),
    aggregated('view', ['edit']),
    part('admin', aggregateToAdmin),
    part('edit', aggregateToEdit),
    part('view', aggregateToView),
    role('system:heapster', [
      allow(read, 'core', 'events pods nodes namespaces'),
      allow(read, 'extensions', 'deployments'),
    ]),
    role('system:node', nodeRules),
    role('system:node-problem-detector', [
      allow('get', 'core', 'nodes'),
      allow('patch', 'core', 'nodes/status'),
      events,
    ]),
    role('system:kubelet-api-admin', [
      allow(read, 'core', 'nodes'),
      allow('proxy', 'core', 'nodes'),
      allow('*', 'core', 'nodes/proxy nodes/metrics nodes/stats nodes/log'),
      allow('*', 'core', 'nodes/configz nodes/healthz nodes/pods'),
    ]),
    role('system:node-bootstrapper', [allow('create get list watch', CERTIFICATES, 'certificatesigningrequests')]),
    role('system:auth-delegator', [
      allow('create', AUTHENTICATION, 'tokenreviews'),
      allow('create', AUTHORIZATION, 'subjectaccessreviews'),
    ]),
    role('system:kube-aggregator', [allow(read, 'core', 'services endpoints')]),
    role('system:kube-controller-manager', controllerManager),
    role('system:kube-dns', [allow('list watch', 'core', 'endpoints services')]),
    role('system:persistent-volume-provisioner', [
      allow('get list watch create delete', 'core', 'persistentvolumes'),
      allow('get list watch update', 'core', 'persistentvolumeclaims'),
      allow(read, STORAGE, 'storageclasses'),
      allow('watch', 'core', 'events'),
      events,
    ]),
    role('system:certificates.k8s.io:certificatesigningrequests:nodeclient', [
      allow('create', CERTIFICATES, 'certificatesigningrequests/nodeclient'),
    ]),
    role('system:certificates.k8s.io:certificatesigningrequests:selfnodeclient', [
      allow('create', CERTIFICATES, 'certificatesigningrequests/selfnodeclient'),
    ]),
    role('system:volume-scheduler', [
      allow('get list watch update patch', 'core', 'persistentvolumes'),
      allow(read, STORAGE, 'storageclasses'),
      allow('get list watch update patch', 'core', 'persistentvolumeclaims'),
    ]),
    approver('legacy-unknown'),
    approver('kubelet-serving'),
    approver('kube-apiserver-client'),
    approver('kube-apiserver-client-kubelet'),
    role('system:service-account-issuer-discovery', [
      allowPaths(
        'get',
        '/.well-known/openid-configuration /.well-known/openid-configuration/ /openid/v1/jwks /openid/v1/jwks/',
      ),
    ]),
    role('system:node-proxier', [
      allow('list watch', 'core', 'services endpoints'),
      allow(read, 'core', 'nodes'),
      events,
      allow('list watch', 'networking.k8s.io', 'servicecidrs'),
      allow('list watch', 'discovery.k8s.io', 'endpointslices'),
    ]),
    role('system:kube-scheduler', scheduler),
  ];
}

const workloads =
  'statefulsets statefulsets/scale daemonsets deployments deployments/scale deployments/rollback replicasets replicasets/scale';

const aggregateToAdmin: readonly PolicyRule[] = [
  allow('create', AUTHORIZATION, 'localsubjectaccessreviews'),
  allow(readWrite, RBAC, 'roles rolebindings'),
];

const aggregateToEdit: readonly PolicyRule[] = [
  allow(read, 'core', 'pods/attach pods/proxy pods/exec pods/portforward secrets services/proxy'),
  allow('impersonate', 'core', 'serviceaccounts'),
  allow(write, 'core', 'pods pods/attach pods/proxy pods/exec pods/portforward'),
  allow('create', 'core', 'pods/eviction'),
  allow(
    write,
    'core',
    `replicationcontrollers replicationcontrollers/scale serviceaccounts services services/proxy
     persistentvolumeclaims configmaps secrets events`,
  ),
  allow('create', 'core', 'serviceaccounts/token'),
  allow(write, 'apps', workloads),
  allow(write, 'autoscaling', 'horizontalpodautoscalers'),
  allow(write, 'batch', 'jobs cronjobs'),
  allow(
    write,
    'extensions',
    `daemonsets deployments deployments/scale deployments/rollback ingresses replicasets replicasets/scale
     replicationcontrollers/scale networkpolicies`,
  ),
  allow(write, 'policy', 'poddisruptionbudgets'),
  allow(write, 'networking.k8s.io', 'networkpolicies ingresses'),
  allow(readWrite, 'coordination.k8s.io', 'leases'),
  allow(write, CLAIMS, 'resourceclaims resourceclaimtemplates'),
];

const aggregateToView: readonly PolicyRule[] = [
  allow(
    read,
    'core',
    `pods replicationcontrollers replicationcontrollers/scale serviceaccounts services services/status endpoints
     persistentvolumeclaims persistentvolumeclaims/status configmaps`,
  ),
  allow(
    read,
    'core',
    `limitranges resourcequotas bindings events pods/status resourcequotas/status namespaces/status
     replicationcontrollers/status pods/log`,
  ),
  allow(read, 'core', 'namespaces'),
  allow(read, 'discovery.k8s.io', 'endpointslices'),
  allow(
    read,
    'apps',
    `controllerrevisions statefulsets statefulsets/status statefulsets/scale daemonsets daemonsets/status deployments
     deployments/status deployments/scale replicasets replicasets/status replicasets/scale`,
  ),
  allow(read, 'autoscaling', 'horizontalpodautoscalers horizontalpodautoscalers/status'),
  allow(read, 'batch', 'jobs jobs/status cronjobs cronjobs/status'),
  allow(
    read,
    'extensions',
    `daemonsets daemonsets/status deployments deployments/scale deployments/status ingresses ingresses/status
     replicasets replicasets/scale replicasets/status replicationcontrollers/scale networkpolicies`,
  ),
  allow(read, 'policy', 'poddisruptionbudgets poddisruptionbudgets/status'),
  allow(read, 'networking.k8s.io', 'networkpolicies ingresses ingresses/status'),
  allow(read, CLAIMS, 'resourceclaims resourceclaims/status resourceclaimtemplates'),
];

const controllerManager: readonly PolicyRule[] = [
  events,
  allow('create', 'coordination.k8s.io', 'leases'),
  allow('get update', 'coordination.k8s.io', 'leases', 'kube-controller-manager'),
  allow('create', 'core', 'secrets serviceaccounts'),
  allow('delete', 'core', 'secrets'),
  allow('get', 'core', 'namespaces secrets serviceaccounts configmaps'),
  allow('update', 'core', 'secrets serviceaccounts'),
  allow('create', AUTHENTICATION, 'tokenreviews'),
  allow('create', AUTHORIZATION, 'subjectaccessreviews'),
  allow('list watch', '*', '*'),
  allow('create', 'core', 'serviceaccounts/token'),
];

const scheduler: readonly PolicyRule[] = [
  events,
  allow('create', 'coordination.k8s.io', 'leases'),
  allow('get list update watch', 'coordination.k8s.io', 'leases', 'kube-scheduler'),
  allow(read, 'core', 'nodes'),
  allow('get list watch delete', 'core', 'pods'),
  allow('create', 'core', 'pods/binding bindings'),
  allow('update patch', 'core', 'pods/status'),
  allow(read, 'core', 'services replicationcontrollers'),
  allow(read, 'apps extensions', 'replicasets'),
  allow(read, 'apps', 'statefulsets'),
  allow(read, 'policy', 'poddisruptionbudgets'),
  allow(read, 'core', 'persistentvolumeclaims persistentvolumes'),
  allow('create', AUTHENTICATION, 'tokenreviews'),
  allow('create', AUTHORIZATION, 'subjectaccessreviews'),
  allow(read, STORAGE, 'csinodes'),
  allow(read, STORAGE, 'volumeattachments'),
  allow(read, 'core', 'namespaces'),
  allow(read, STORAGE, 'csidrivers'),
  allow(read, STORAGE, 'csistoragecapacities'),
  allow(read, CLAIMS, 'deviceclasses'),
  allow(`${read} update patch`, CLAIMS, 'resourceclaims'),
  allow(`${read} update patch`, CLAIMS, 'resourceclaims/status'),
  allow('update patch', CLAIMS, 'resourceclaims/binding'),
  allow(`${read} update patch`, 'core', 'pods/finalizers'),
  allow(read, CLAIMS, 'resourceslices'),
];

function role(name: string, rules: readonly PolicyRule[]): ClusterRole {
  return { metadata: { name }, rules: [...rules] };
}

/** A role whose rules are those of all roles that carry its label. */
function aggregated(name: string, into: readonly string[]): ClusterRole {
  return {
    metadata: { name, labels: Object.fromEntries(into.map((target) => [aggregationLabel(target), 'true'])) },
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [aggregationLabel(name)]: 'true' } }] },
  };
}

function part(of: string, rules: readonly PolicyRule[]): ClusterRole {
  return {
    metadata: { name: `system:aggregate-to-${of}`, labels: { [aggregationLabel(of)]: 'true' } },
    rules: [...rules],
  };
}

function aggregationLabel(name: string): string {
  return `rbac.authorization.k8s.io/aggregate-to-${name}`;
}

function approver(signer: string): ClusterRole {
  return role(`system:certificates.k8s.io:${signer}-approver`, [
    allow('approve', CERTIFICATES, 'signers', `kubernetes.io/${signer}`),
  ]);
}
