import { afterAll, beforeAll, expect, test } from 'vitest';
import { oldAndNew } from './clients.ts';
import { startControlPlane, type ControlPlane } from './control-plane.ts';

/**
 * Current kubectl's `create` and `describe` speak protobuf: what is sent, and what is shown of the answer, has gone through
 * upstream's own code. `get` speaks JSON, so that the two must agree.
 */
let plane: ControlPlane;
beforeAll(async () => {
  plane = await startControlPlane();
});
afterAll(() => plane?.stop());

const { path } = oldAndNew.at(-1)!;

const created: [resource: string, ...args: string[]][] = [
  ['cronjob/made', 'cronjob', 'made', '--image=x', '--schedule=* * * * *'],
  ['job/made', 'job', 'made', '--image=x'],
  ['ingress/made', 'ingress', 'made', '--rule=a.b/c*=svc:http,tls=sec', '--annotation=a=b'],
  ['quota/made', 'quota', 'made', '--hard=pods=1,cpu=100m,memory=1500Mi'],
  ['pdb/made', 'pdb', 'made', '--selector=a=b', '--min-available=50%'],
  ['priorityclass/made', 'priorityclass', 'made', '--value=-100', '--preemption-policy=Never'],
  ['role/made', 'role', 'made', '--verb=get', '--resource=pods', '--resource-name=x'],
  ['rolebinding/made', 'rolebinding', 'made', '--role=made', '--user=u', '--serviceaccount=default:default'],
  ['clusterrole/made', 'clusterrole', 'made', '--verb=get', '--non-resource-url=/healthz'],
  ['clusterrolebinding/made', 'clusterrolebinding', 'made', '--clusterrole=made', '--group=g'],
  ['secret/made', 'secret', 'generic', 'made', '--from-literal=a=ü'],
  ['configmap/made', 'configmap', 'made', '--from-literal=__proto__=b', '--from-literal=empty='],
  ['service/made', 'service', 'nodeport', 'made', '--tcp=80:http'],
  ['serviceaccount/made', 'serviceaccount', 'made'],
  ['namespace/made', 'namespace', 'made'],
  ['deployment/made', 'deployment', 'made', '--image=a', '--image=b', '--replicas=0'],
];

/** Go writes some of what is empty, and leaves out the rest. */
function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).flatMap(([key, inner]) => {
    const kept = withoutEmpty(inner);
    const empty = kept === null || (typeof kept === 'object' && Object.keys(kept).length === 0);
    return empty || key === 'managedFields' ? [] : [[key, kept] as const];
  });
  return Object.fromEntries(entries);
}

test.each(created)('%s is the same in protobuf and in JSON', async (resource, ...args) => {
  const { code, stdout, stderr } = await plane.kubectl(path, ['create', ...args, '-o', 'json', '-v=8']);
  expect([code, stderr.includes('Content-Type: application/vnd.kubernetes.protobuf')], stderr).toEqual([0, true]);
  const sent = JSON.parse(stdout) as { status?: unknown; metadata: Record<string, unknown> };
  const found = JSON.parse((await plane.kubectl(path, ['get', resource, '-o', 'json'])).stdout) as typeof sent;
  // Controllers may have been at it since.
  for (const object of [sent, found]) {
    delete object.status;
    delete object.metadata['resourceVersion'];
    delete object.metadata['generation'];
    delete object.metadata['annotations'];
  }
  expect(withoutEmpty(sent)).toEqual(withoutEmpty(found));
  const described = await plane.kubectl(path, ['describe', resource]);
  expect([described.code, described.stdout.includes('made')], described.stderr).toEqual([0, true]);
});
