import type { Scenario } from '../side-by-side.ts';

/** Who may do what: lines of auth, certificate, create token, and of the kubeconfig itself. */
export function access(certificateRequest: string): Scenario[] {
  const csr = (name: string): string =>
    `apiVersion: certificates.k8s.io/v1\nkind: CertificateSigningRequest\nmetadata: {name: ${name}}\nspec:\n  request: ${certificateRequest}\n  signerName: example.com/side-~\n  usages: [client auth]\n`;
  const rbac = (resource: string, subject: string, role: string): string =>
    `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: rec-~, labels: {a: b}}
rules: [{apiGroups: [""], resources: [pods, ${resource}], verbs: [get]}, {nonResourceURLs: [/x], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: rec-~}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: rec-~}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: ${subject}}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: rec, namespace: fresh-~}
rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: rec, namespace: fresh-~}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: ${role}}
subjects: [{kind: ServiceAccount, name: ${subject}, namespace: fresh-~}]
`;
  const own = '--kubeconfig=own';
  return [
    {
      name: 'can-i',
      lines: [
        'auth can-i get pods',
        'auth can-i get nodes',
        'auth can-i foo pods',
        'auth can-i get deployments.apps/x',
        'auth can-i get nothing',
        'auth can-i get nothing.foo',
        'auth can-i get /x',
        'auth can-i foo /x',
        'auth can-i get /x --subresource=y',
        'auth can-i get pods --as=joe',
        'auth can-i get pods -q --as=joe',
        'auth can-i get certificatesigningrequests',
        'auth can-i impersonate users',
        'auth can-i get pods/x --subresource=log -A',
        'auth can-i * *',
        'auth can-i get pods --no-headers',
        'auth can-i --list --as=joe',
        'auth can-i --list --as=joe --no-headers',
        'auth can-i --list --as=system:kube-scheduler',
        'auth can-i --list -A',
        'auth can-i --list pods',
        'auth whoami',
        'auth whoami -o json',
        'auth whoami -o yaml',
        'auth whoami -o name',
        'auth whoami --as=joe --as-group=a --as-group=b --as-uid=12',
        'auth whoami --token=nobody',
      ],
    },
    {
      name: 'reconcile',
      files: {
        'one.yaml': rbac('services', 'ann', 'rec'),
        'two.yaml': rbac('nodes', 'bob', 'other'),
        'other.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: skipped}\n',
      },
      lines: [
        'auth reconcile',
        'auth reconcile -f one.yaml --dry-run=client',
        'auth reconcile -f one.yaml --dry-run=server',
        'auth reconcile -f one.yaml',
        'auth reconcile -f one.yaml',
        'auth reconcile -f two.yaml',
        'auth reconcile -f two.yaml --remove-extra-permissions --remove-extra-subjects',
        'auth reconcile -f one.yaml -o name',
        'get clusterrole rec-~ -o jsonpath={.rules}',
        'get rolebinding -n fresh-~ rec -o jsonpath={.roleRef}',
        'auth reconcile -f other.yaml',
        'auth reconcile -f one.yaml x',
      ],
    },
    {
      name: 'certificate',
      files: { 'csr.yaml': ['one', 'two', 'three'].map((name) => csr(`${name}-~`)).join('---\n') },
      lines: [
        'create -f csr.yaml',
        'certificate approve one-~',
        'certificate approve one-~',
        'certificate approve one-~ --force',
        'certificate deny one-~',
        'certificate deny two-~ --force',
        'certificate deny two-~ -o name',
        'certificate approve two-~ three-~',
        'certificate approve nope',
        'certificate approve csr/three-~ nope',
        'certificate approve pod/x',
        'certificate approve',
        'get csr one-~ -o jsonpath={.status.conditions[*].type}{.status.conditions[*].message}',
        'get csr two-~ -o jsonpath={.status.conditions[*].reason}',
      ],
    },
    {
      name: 'token',
      lines: [
        'create serviceaccount sa',
        'create token',
        'create token nope',
        'create token sa --bound-object-kind=Foo --bound-object-name=x',
        'create token sa --bound-object-kind=Pod',
        'create token sa --bound-object-name=x',
        'create token sa --bound-object-uid=x',
        'create token sa --bound-object-kind=Pod --bound-object-name=x',
        'create token sa --duration=-5s',
        'create token sa --duration=5s',
        'create token sa --duration=1.5s',
        'create token sa -o name',
        'create token sa --audience=a --audience=b --duration=1h -o jsonpath={.spec}',
      ],
    },
    {
      name: 'config',
      lines: [
        `config view ${own}`,
        `config current-context ${own}`,
        `config set-cluster c1 --server=https://x:1 --tls-server-name=t --insecure-skip-tls-verify ${own}`,
        `config set-credentials u1 --token=t ${own}`,
        `config set-credentials u1 --username=a --password=b ${own}`,
        `config set-credentials u2 --exec-command=/bin/x --exec-api-version=client.authentication.k8s.io/v1 --exec-arg=a --exec-env=A=b --exec-interactive-mode=Never ${own}`,
        `config set-credentials u2 --exec-env=A- --exec-env=Z=1 --exec-provide-cluster-info ${own}`,
        `config set-context x --cluster=c1 --user=u2 --namespace=n ${own}`,
        `config use-context x ${own}`,
        `config use-context nope ${own}`,
        `config view --minify ${own}`,
        `config view -o json ${own}`,
        `config view --raw ${own}`,
        `config set clusters.c1.server https://y ${own}`,
        `config set contexts.new.namespace q ${own}`,
        `config set current-context new ${own}`,
        `config unset current-context ${own}`,
        `config unset clusters.c1 ${own}`,
        `config get-contexts ${own}`,
        `config get-users ${own}`,
        `config delete-user u1 ${own}`,
        `config delete-context new ${own}`,
        `config rename-context x y ${own}`,
        `config set-context ${own}`,
        `config set users.u3.client-key-data aGVsbG8= ${own}`,
        `config set users.u3.client-certificate-data hello --set-raw-bytes ${own}`,
        `config set foo bar ${own}`,
        `config set clusters.c5.bogus 1 ${own}`,
        `config set-credentials x --token=a --username=b ${own}`,
        `config set-cluster e --embed-certs ${own}`,
        `config view --minify --context=nope ${own}`,
        `config view --raw ${own}`,
      ],
    },
    {
      name: 'debug',
      files: { 'custom.yaml': 'securityContext: {runAsUser: 0}\nenv: [{name: A, value: z}, {name: C, value: c}]\n' },
      lines: [
        [
          'create -f -',
          'apiVersion: v1\nkind: Pod\nmetadata: {name: dbg, labels: {a: b}}\nspec:\n  containers: [{name: app, image: i, command: [a], args: [b], livenessProbe: {tcpSocket: {port: 1}}}]\n',
        ],
        'debug dbg',
        'debug dbg --image=b -t',
        'debug dbg --image=b --profile=nope',
        'debug dbg --copy-to=c',
        'debug svc/kubernetes -n default --image=b',
        ...['general', 'baseline', 'restricted', 'netadmin', 'sysadmin'].flatMap((profile) => [
          `debug dbg --image=tools -c d-${profile} --profile=${profile} --env=A=b -- sh -c ls`,
          `debug dbg --image=tools -c new --copy-to=c-${profile} --profile=${profile} --arguments-only -- x`,
          `get pod c-${profile} -o jsonpath={.metadata.labels}{.spec.shareProcessNamespace}{.spec.containers[*].securityContext}{.spec.containers[*].args}`,
        ]),
        'debug dbg --image=b --target=app -c dt --custom=custom.yaml --env=A=1',
        'debug dbg --copy-to=cc --set-image=*=q --share-processes=false',
        'get pod dbg -o jsonpath={.spec.ephemeralContainers}',
        'get pod cc -o jsonpath={.spec.containers[*].image}{.spec.shareProcessNamespace}',
      ],
    },
  ];
}
