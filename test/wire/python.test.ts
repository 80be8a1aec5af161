import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT, ok } from '../e2e/run.ts';
import { startControlPlane, type ControlPlane } from './control-plane.ts';

/** Debian's python3-kubernetes, running the scripts of docs/stock-clients.md. */
let plane: ControlPlane;
beforeAll(async () => {
  plane = await startControlPlane();
});
afterAll(() => plane?.stop());

const python = (script: string): Promise<string> =>
  ok('/usr/bin/python3', [`${ROOT}docs/python/${script}`], { env: { KUBECONFIG: plane.kubeconfig } });

test('an nginx pod is created from a dict, and listed with its (still missing) address', async () => {
  expect(await python('create_nginx_pod.py')).toMatch(/^Pod created\. name=nginx phase=Pending uid=[0-9a-f-]{36}\n$/);
  expect(await python('list_pods.py')).toBe('Listing pods with their IPs:\nNone\tdefault\tnginx\n');
});

test('the dynamic client finds the kind by discovery, and its watch shows all that happened', async () => {
  expect(await python('watch_config_maps.py')).toBe(
    ['ADDED dynamic-1 1', 'ADDED dynamic-2 2', 'MODIFIED dynamic-1 one', 'DELETED dynamic-2 2', ''].join('\n'),
  );
});
