import type { Scenario } from '../side-by-side.ts';

const cm = (name: string, data: string, more = '') =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}${more}}\ndata: {${data}}\n`;
const deployment = (image: string, extra = '') =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 1, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: "${image}"${extra}}]}}}\n`;
const secret = (value: string) => `apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {k: ${value}}\n`;
const definition = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: gadgets.side-~.example.com}
spec:
  group: side-~.example.com
  scope: Namespaced
  names: {plural: gadgets, singular: gadget, kind: Gadget, shortNames: [gd]}
  versions:
  - name: v1
    served: true
    storage: true
    subresources: {status: {}, scale: {specReplicasPath: .spec.replicas, statusReplicasPath: .status.replicas}}
    additionalPrinterColumns: [{name: Size, type: string, jsonPath: .spec.size}]
    schema:
      openAPIV3Schema:
        type: object
        description: A gadget.
        properties:
          spec:
            type: object
            description: What it should be.
            properties:
              size: {type: string, description: How big.}
              replicas: {type: integer}
              parts: {type: array, items: {type: object, properties: {name: {type: string}, n: {type: integer}}}}
          status: {type: object, properties: {replicas: {type: integer}}}
`;
const gadget = (name: string, size: string, parts: string) =>
  `apiVersion: side-~.example.com/v1\nkind: Gadget\nmetadata: {name: ${name}}\nspec: {size: ${size}, replicas: 1, parts: [${parts}]}\n`;

export const apply: Scenario[] = [
  {
    name: 'apply-client',
    files: {
      'dir/a.yaml': cm('a', 'k: v'),
      'dir/b.yaml': cm('b', 'k: v'),
      'dir/sub/c.yaml': cm('c', 'k: v'),
    },
    lines: [
      ['apply -f -', deployment('nginx:1')],
      ['apply -f -', deployment('nginx:1')],
      ['apply -f -', deployment('nginx:2', ', env: [{name: A, value: b}]')],
      ['apply -f - --dry-run=server', deployment('nginx:3')],
      ['apply -f - --dry-run=client', deployment('nginx:3')],
      ['apply -f -', deployment('nginx:2')],
      'get deploy web -o jsonpath={.spec.template.spec.containers[0].image}{.spec.template.spec.containers[0].env}',
      ['apply -f -', deployment('nginx:2').replace('{a: b}}, template', '{a: c}}, template')],
      ['apply -f -', deployment('nginx:2').replace('replicas: 1', 'replicas: -1')],
      ['apply -f -', `${cm('bad', '')}nope: 1\n`],
      ['apply -f - --validate=false', `${cm('bad', '')}nope: 1\n`],
      ['apply -f - --validate=warn', `${cm('bad', 'a: b')}nope: 1\n`],
      ['apply -f -', 'apiVersion: v9\nkind: Foo\nmetadata: {name: x}\n'],
      ['apply -f -', 'kind: ConfigMap\nmetadata: {name: x}\n'],
      ['apply -f -', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {generateName: x}\n'],
      ['apply -f -', ''],
      'apply -f nope.yaml',
      'apply',
      'apply foo',
      'apply -f dir',
      'apply -R -f dir',
      'apply -f dir -o name',
      'apply -f dir -o jsonpath={.items[*].metadata.name}{.kind}',
      'apply -f dir/a.yaml -o jsonpath={.kind}',
      'apply -f dir -l x=y',
      ['apply -f - -n default', cm('elsewhere', 'a: b', ', namespace: other')],
      'create cm plain --from-literal=a=b',
      ['apply -f -', cm('plain', 'a: c')],
      ['apply -f -', cm('plain', 'a: c')],
      'apply view-last-applied cm plain',
      'apply view-last-applied cm/plain -o json',
      'apply view-last-applied cm kube-root-ca.crt',
      'apply view-last-applied cm plain -o foo',
      ['apply set-last-applied -f -', cm('plain', 'x: y')],
      ['apply set-last-applied -f -', cm('kube-root-ca.crt', 'x: y')],
      'create cm other',
      ['apply set-last-applied -f - --create-annotation', cm('other', 'x: y')],
      ['apply set-last-applied -f - --dry-run=server', cm('other', 'x: z')],
      'apply view-last-applied cm plain other',
      'apply edit-last-applied cm nope',
    ],
  },
  {
    name: 'apply-server',
    lines: [
      ['apply --server-side -f -', cm('a', 'k: v')],
      ['apply --server-side -f -', cm('a', 'k: v')],
      ['apply --server-side -f - --field-manager=other', cm('a', 'k: w')],
      ['apply --server-side -f - --field-manager=other --force-conflicts', cm('a', 'k: w')],
      ['apply --server-side -f - --dry-run=server', cm('a', 'k: x')],
      ['apply --server-side -f - --dry-run=client', cm('a', 'k: x')],
      ['apply -f - --force-conflicts', cm('a', 'k: x')],
      ['apply --server-side --force -f -', cm('a', 'k: x')],
      ['apply --server-side -f -', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {generateName: x}\n'],
      ['apply --server-side -f -', `${cm('b', 'k: x')}nope: 1\n`],
      ['apply -f -', cm('m', 'a: "1", b: "2"')],
      ['apply --server-side -f -', cm('m', 'a: "1"')],
      'get cm m -o jsonpath={.data}{range .metadata.managedFields[*]}{.manager}{.operation}{end}',
      ['apply -f -', cm('m', 'a: "3"')],
      ['apply --server-side -f -', cm('m', 'a: "4"')],
      'get cm m -o jsonpath={.data}{range .metadata.managedFields[*]}{.manager}{.operation}{end}',
    ],
  },
  {
    name: 'prune',
    files: {
      'a.yaml': `${cm('a', 'k: v', ', labels: {app: x}')}---\n${cm('b', 'k: v', ', labels: {app: x}')}`,
      'b.yaml': cm('b', 'k: v', ', labels: {app: x}'),
    },
    lines: [
      'apply -f a.yaml',
      'create cm unapplied',
      'label cm unapplied app=x',
      'apply --prune -f b.yaml',
      'apply --prune --all -l a=b -f b.yaml',
      'apply --prune -l app=x -f b.yaml --dry-run=client',
      'apply --prune -l app=x -f b.yaml --dry-run=server',
      'apply --prune -l app=x -f b.yaml --prune-allowlist=foo',
      'apply --prune -l app=x -f b.yaml --prune-allowlist=core/v1/Nope',
      'apply --prune -l app=x -f b.yaml --prune-allowlist=core/v1/Secret',
      'apply --prune -l app=x -f b.yaml --prune-allowlist=core/v1/ConfigMap --wait',
      'get cm -o name',
      'apply -f a.yaml --prune -l app=x',
    ],
  },
  {
    name: 'diff',
    lines: [
      ['diff -f -', cm('a', 'k: v')],
      ['apply -f -', cm('a', 'k: v')],
      ['diff -f -', cm('a', 'k: v')],
      ['diff -f -', cm('a', 'k: w')],
      ['diff --server-side -f -', cm('a', 'k: w')],
      ['diff --server-side --force-conflicts -f -', cm('a', 'k: w')],
      ['diff -f -', `${cm('a', 'k: w')}---\n${cm('b', 'k: w')}`],
      ['apply -f -', secret('one')],
      ['diff -f -', secret('one')],
      ['diff -f -', secret('two')],
      ['diff -f -', `${cm('a', '')}nope: 1\n`],
      ['diff -f -', cm('BAD', 'k: w')],
      'diff',
      'diff -f nope',
      'diff foo',
    ],
  },
  {
    name: 'custom',
    files: { 'crd.yaml': definition },
    lines: [
      'apply -f crd.yaml',
      'wait --for=condition=Established crd/gadgets.side-~.example.com',
      ['apply -f -', gadget('g', 'big', '{name: a, n: 1}, {name: b}')],
      ['apply -f -', gadget('g', 'big', '{name: a, n: 1}, {name: b}')],
      ['apply -f -', gadget('g', 'small', '{name: a}')],
      'get gadgets.side-~.example.com g -o jsonpath={.spec}',
      ['apply -f -', `${gadget('bad', 'x', '')}nope: 1\n`],
      ['apply --server-side -f -', gadget('s', 'big', '{name: a}')],
      ['diff -f -', gadget('g', 'tiny', '{name: a}')],
      'get gadgets.side-~.example.com',
      'get gadgets.side-~.example.com -o wide --show-labels',
      'get gadgets.side-~.example.com -o custom-columns=N:.metadata.name,S:.spec.size,X:.nope',
      'get gadgets.side-~.example.com --sort-by=.spec.size -o name',
      'get gadgets.side-~.example.com --sort-by=.spec.nope -o name',
      'scale gadgets.side-~.example.com/g --replicas=3',
      'get gadgets.side-~.example.com g -o jsonpath={.spec.replicas}',
      `patch gadgets.side-~.example.com g --type=merge -p {"spec":{"size":"huge"}}`,
      `patch gadgets.side-~.example.com g -p {"spec":{"size":"huge"}}`,
      'label gadgets.side-~.example.com g a=b',
      'describe gadgets.side-~.example.com g',
      'explain gadgets --api-version=side-~.example.com/v1',
      'explain gadgets --api-version=side-~.example.com/v1 --recursive',
      'explain gadgets.spec.parts --api-version=side-~.example.com/v1',
      'api-resources --api-group=side-~.example.com',
      'describe crd gadgets.side-~.example.com',
      'delete gadgets.side-~.example.com --all',
      'delete -f crd.yaml',
    ],
  },
];
