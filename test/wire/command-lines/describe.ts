import type { Scenario } from '../side-by-side.ts';

const template = '{metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}';
const manifests: Readonly<Record<string, string>> = {
  'ds/x': `apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: x, annotations: {k: v}}\nspec: {selector: {matchLabels: {a: b}}, template: ${template}}\n`,
  'sts/x': `apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: x}\nspec: {serviceName: x, replicas: 2, selector: {matchLabels: {a: b}}, template: ${template}, volumeClaimTemplates: [{metadata: {name: d}, spec: {accessModes: [ReadWriteOnce], storageClassName: s, resources: {requests: {storage: 1Gi}}}}]}\n`,
  'job/x':
    'apiVersion: batch/v1\nkind: Job\nmetadata: {name: x}\nspec: {parallelism: 2, completions: 3, backoffLimit: 4, activeDeadlineSeconds: 5, suspend: true, template: {spec: {restartPolicy: Never, containers: [{name: c, image: i}]}}}\n',
  'cj/x':
    'apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: x}\nspec: {schedule: "0 0 1 1 *", suspend: true, startingDeadlineSeconds: 9, jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: i}]}}}}}\n',
  'hpa/x':
    'apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: x}\nspec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: nope}, minReplicas: 2, maxReplicas: 5, metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 80}}}, {type: Resource, resource: {name: memory, target: {type: AverageValue, averageValue: 1Gi}}}]}\n',
  'pdb/x':
    'apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: x}\nspec: {minAvailable: 1, selector: {matchLabels: {a: b}}}\n',
  'pvc/x':
    'apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: x}\nspec: {accessModes: [ReadWriteOnce, ReadOnlyMany], storageClassName: s, resources: {requests: {storage: 1Gi}}}\n',
  'ing/x':
    'apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: x, annotations: {k: v}}\nspec: {ingressClassName: c, tls: [{hosts: [a.b], secretName: s}], defaultBackend: {service: {name: d, port: {number: 80}}}, rules: [{host: a.b, http: {paths: [{path: /x, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}, {path: /y, pathType: Exact, backend: {service: {name: nope, port: {name: http}}}}]}}]}\n',
  'netpol/x':
    'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: x}\nspec: {podSelector: {matchLabels: {a: b}}, policyTypes: [Ingress, Egress], ingress: [{from: [{podSelector: {matchLabels: {c: d}}}, {ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}, {namespaceSelector: {matchLabels: {e: f}}, podSelector: {}}], ports: [{port: 80, protocol: TCP}, {port: http}]}], egress: [{}]}\n',
  'quota/x': 'apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: x}\nspec: {hard: {pods: "9", requests.cpu: "2"}}\n',
  'limits/x':
    'apiVersion: v1\nkind: LimitRange\nmetadata: {name: x}\nspec: {limits: [{type: Container, max: {cpu: "2"}, min: {cpu: 10m}, default: {cpu: "1"}, defaultRequest: {cpu: 100m}}, {type: Pod, max: {memory: 1Gi}}]}\n',
  'role/x':
    'apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: x}\nrules: [{apiGroups: [""], resources: [pods, services], verbs: [get, list]}, {apiGroups: [apps], resources: [deployments], resourceNames: [y], verbs: ["*"]}]\n',
  'rolebinding/x':
    'apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: x}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: x}\nsubjects: [{kind: User, name: ada, apiGroup: rbac.authorization.k8s.io}, {kind: ServiceAccount, name: s, namespace: n}]\n',
  'rc/x': `apiVersion: v1\nkind: ReplicationController\nmetadata: {name: x}\nspec: {replicas: 0, selector: {a: b}, template: ${template}}\n`,
};
const clusterWide: Readonly<Record<string, string>> = {
  'sc/sc-~':
    'apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: sc-~}\nprovisioner: x.io/y\nparameters: {b: c, a: b}\nallowVolumeExpansion: true\nmountOptions: [ro]\n',
  'pv/pv-~':
    'apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: pv-~}\nspec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], storageClassName: s, hostPath: {path: /tmp}}\n',
  'pc/pc-~':
    'apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {name: pc-~}\nvalue: 5\ndescription: d\n',
  'clusterrole/cr-~':
    'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: cr-~, labels: {k: v}}\nrules: [{nonResourceURLs: [/x], verbs: [get]}]\n',
  'clusterrolebinding/crb-~':
    'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: crb-~}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: nope}\n',
  'ingressclass/ic-~':
    'apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: ic-~}\nspec: {controller: x.io/y}\n',
};
const create = (all: Readonly<Record<string, string>>) =>
  Object.values(all).map((text) => ['create -f -', text] as const);

export const describe: Scenario[] = [
  {
    name: 'describe',
    lines: [
      ...create(manifests),
      ...Object.keys(manifests).map((name) => `describe ${name} --show-events=false`),
      'describe ds x',
      'describe deploy nope',
    ],
  },
  {
    name: 'describe-cluster',
    lines: [
      ...create(clusterWide),
      ...Object.keys(clusterWide).map((name) => `describe ${name} --show-events=false`),
      ...Object.keys(clusterWide).map((name) => `delete ${name} --wait=false`),
    ],
  },
];
