/** Objects of every kind that the comparisons look at. Times are long ago, so that ages do not change meanwhile. */
export const seed = `
apiVersion: v1
kind: Node
metadata: {name: n1, labels: {kubernetes.io/hostname: n1, node-role.kubernetes.io/control-plane: ""}}
spec: {podCIDR: 10.244.0.0/24, podCIDRs: [10.244.0.0/24], taints: [{key: a, value: b, effect: NoSchedule}]}
---
apiVersion: v1
kind: Pod
metadata: {name: big, labels: {app: big, tier: x}, annotations: {note: "multi\\nline", k: v}}
spec:
  nodeName: n1
  initContainers:
  - {name: init, image: busybox, command: [sh, -c, "echo a\\necho b"]}
  containers:
  - name: web
    image: nginx:1.2
    ports: [{containerPort: 80, name: http}, {containerPort: 443, hostPort: 8443}]
    resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {cpu: "1", memory: 128Mi}}
    livenessProbe: {httpGet: {path: /h, port: 80}, initialDelaySeconds: 3}
    readinessProbe: {tcpSocket: {port: 80}}
    startupProbe: {exec: {command: [cat, /x]}}
    env:
    - {name: A, value: b}
    - {name: M, value: "x\\ny"}
    - {name: POD, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
    - {name: IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
    - {name: CPU, valueFrom: {resourceFieldRef: {resource: limits.cpu}}}
    - {name: S, valueFrom: {secretKeyRef: {name: s, key: k}}}
    - {name: C, valueFrom: {configMapKeyRef: {name: c, key: k, optional: true}}}
    envFrom:
    - {configMapRef: {name: cm}}
    - {prefix: P_, secretRef: {name: sec, optional: true}}
    volumeMounts:
    - {name: e, mountPath: /e}
    - {name: c, mountPath: /c, subPath: q, readOnly: true}
  - name: side
    image: busybox
    args: [a, b]
  volumes:
  - {name: e, emptyDir: {sizeLimit: 1Gi}}
  - {name: h, hostPath: {path: /tmp}}
  - {name: c, configMap: {name: c}}
  - {name: s, secret: {secretName: s, optional: true}}
  - {name: d, downwardAPI: {items: [{path: l, fieldRef: {fieldPath: metadata.labels}}]}}
  tolerations:
  - {key: a, operator: Exists}
  - {key: b, value: c, effect: NoExecute, tolerationSeconds: 5}
  nodeSelector: {x: "y"}
---
apiVersion: v1
kind: Pod
metadata: {name: small, labels: {app: small}}
spec: {containers: [{name: c, image: busybox}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}, matchExpressions: [{key: z, operator: In, values: [b, a]}]}
  template:
    metadata: {labels: {app: web, z: a}, annotations: {t: u}}
    spec: {containers: [{name: web, image: "nginx:1", ports: [{containerPort: 80}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: web, labels: {app: web}}
spec: {type: NodePort, selector: {app: web}, ports: [{name: http, port: 80, targetPort: 8080, nodePort: 30080}, {name: b, port: 81, targetPort: web}]}
---
apiVersion: v1
kind: Service
metadata: {name: head}
spec: {clusterIP: None, selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: web-abc, labels: {kubernetes.io/service-name: web}}
addressType: IPv4
ports: [{name: http, port: 8080}]
endpoints:
- {addresses: [10.244.0.5], conditions: {ready: true}, nodeName: n1, targetRef: {kind: Pod, name: web-x}}
- {addresses: [10.244.0.6], conditions: {ready: true}}
- {addresses: [10.244.0.7], conditions: {ready: true}}
- {addresses: [10.244.0.8], conditions: {ready: true}}
- {addresses: [10.244.0.9], conditions: {ready: false}}
---
apiVersion: v1
kind: Endpoints
metadata: {name: web}
subsets: [{addresses: [{ip: 10.244.0.5}], notReadyAddresses: [{ip: 10.244.0.6}], ports: [{port: 8080}]}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: c}
data: {a: "1", b: "x\\ny\\n"}
binaryData: {bin: AAEC}
---
apiVersion: v1
kind: Secret
metadata: {name: s}
data: {k: YWJj}
---
apiVersion: coordination.k8s.io/v1
kind: Lease
metadata: {name: n1, namespace: kube-node-lease}
spec: {holderIdentity: n1, leaseDurationSeconds: 40, renewTime: "2026-01-21T09:00:00.000000Z"}
---
apiVersion: v1
kind: Event
metadata: {name: e1, namespace: default}
involvedObject: {apiVersion: v1, kind: Pod, name: small, namespace: default}
type: Normal
reason: Scheduled
message: "Successfully assigned default/small to n1"
source: {component: default-scheduler}
firstTimestamp: "2020-01-21T09:00:00Z"
lastTimestamp: "2020-02-21T09:10:00Z"
count: 4
`;

const podStatus = {
  phase: 'Running',
  hostIP: '172.17.0.2',
  podIP: '10.244.0.5',
  podIPs: [{ ip: '10.244.0.5' }],
  startTime: '2026-01-21T09:00:00Z',
  qosClass: 'Burstable',
  conditions: [
    { type: 'Initialized', status: 'True' },
    { type: 'Ready', status: 'False' },
  ],
  containerStatuses: [
    {
      name: 'web',
      ready: true,
      restartCount: 2,
      image: 'nginx:1.2',
      imageID: 'docker://3',
      containerID: 'docker://4',
      state: { running: { startedAt: '2026-01-21T09:00:02Z' } },
      lastState: {
        terminated: {
          exitCode: 137,
          reason: 'Error',
          startedAt: '2026-01-21T09:00:00Z',
          finishedAt: '2026-01-21T09:00:01Z',
        },
      },
    },
    {
      name: 'side',
      ready: false,
      restartCount: 0,
      image: 'busybox',
      imageID: '',
      state: { waiting: { reason: 'ImagePullBackOff' } },
    },
  ],
};

const nodeStatus = {
  capacity: { cpu: '4', memory: '8Gi', 'ephemeral-storage': '10Gi', pods: '110' },
  allocatable: { cpu: '3900m', memory: '8Gi', 'ephemeral-storage': '10Gi', pods: '110' },
  addresses: [
    { type: 'InternalIP', address: '172.17.0.2' },
    { type: 'Hostname', address: 'n1' },
  ],
  conditions: [
    {
      type: 'Ready',
      status: 'True',
      reason: 'KubeletReady',
      message: 'ok',
      lastHeartbeatTime: '2026-01-21T09:00:00Z',
      lastTransitionTime: '2026-01-21T08:00:00Z',
    },
  ],
};

/** Statuses to patch in, as a kubelet would report them: `type/name` and the status. */
export const seedStatuses: readonly (readonly [string, object])[] = [
  ['pod/big', podStatus],
  ['node/n1', nodeStatus],
];
