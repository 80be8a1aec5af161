import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { oldAndNew } from './clients.ts';
import { startControlPlane, type ControlPlane } from './control-plane.ts';

/** `kubectl apply --server-side`: what it prints, whom it conflicts with, and how it follows a client-side apply. */
let plane: ControlPlane;
beforeAll(async () => {
  plane = await startControlPlane();
});
afterAll(() => plane?.stop());

const deployment = (name: string, replicas: number) =>
  JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: 'web', image: 'nginx', ports: [{ containerPort: 80 }] }] },
      },
    },
  });
const configMap = (name: string, data: object) =>
  JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data });

describe.each(oldAndNew)('$name', ({ name: client, path }) => {
  const suffix = client.replaceAll(/[^a-z0-9]/g, '-');
  const run = (args: string[], input?: string) => plane.kubectl(path, args, input);
  const ok = async (args: string[], input?: string): Promise<string> => {
    const { code, stdout, stderr } = await run(args, input);
    if (code !== 0) throw new Error(`${args.join(' ')}: exit code ${code}\n${stdout}${stderr}`);
    return stdout.trim();
  };
  const apply = (input: string, ...args: string[]) => run(['apply', '--server-side', '-f', '-', ...args], input);
  const applied = (input: string, ...args: string[]) => ok(['apply', '--server-side', '-f', '-', ...args], input);
  const managers = async (what: string) => {
    const entries = '{range .metadata.managedFields[*]}{.operation} {.manager} {.subresource}{"\\n"}{end}';
    const lines = await ok(['get', what, '-o', `jsonpath=${entries}`]);
    return lines.split('\n').map((line) => line.trim());
  };

  test('makes, changes and leaves alone', async () => {
    const name = `made-${suffix}`;
    const what = `deployment.apps/${name}`;
    expect(await applied(deployment(name, 2))).toBe(`${what} serverside-applied`);
    const version = await ok(['get', what, '-o', 'jsonpath={.metadata.resourceVersion} {.metadata.generation}']);
    expect(await applied(deployment(name, 2))).toBe(`${what} serverside-applied`);
    expect(
      (await ok(['get', what, '-o', 'jsonpath={.metadata.resourceVersion} {.metadata.generation}'])).split(' ')[1],
    ).toBe(version.split(' ')[1]);
    expect(await managers(what)).toContain('Apply kubectl');
    expect(await applied(deployment(name, 3), '--dry-run=server')).toBe(`${what} serverside-applied (server dry run)`);
    expect(await ok(['get', what, '-o', 'jsonpath={.spec.replicas}'])).toBe('2');
    await ok(['delete', what]);
  });

  test('names whom it conflicts with, and takes over when it is told to', async () => {
    const name = `conflict-${suffix}`;
    const what = `deployment.apps/${name}`;
    await ok(['apply', '-f', '-'], deployment(name, 1));
    const refused = await apply(deployment(name, 5), '--field-manager=other');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(
      'Apply failed with 1 conflict: conflict with "kubectl-client-side-apply" using apps/v1: .spec.replicas\n',
    );
    expect(refused.stderr).toContain('--force-conflicts');
    expect(await applied(deployment(name, 5), '--field-manager=other', '--force-conflicts')).toBe(
      `${what} serverside-applied`,
    );
    expect(await ok(['get', what, '-o', 'jsonpath={.spec.replicas}'])).toBe('5');
    await ok(['scale', what, '--replicas=7']);
    const scaled = await apply(deployment(name, 5), '--field-manager=other');
    expect(scaled.stderr).toMatch(
      /conflict with "kubectl-[\d.]+" with subresource "scale" using apps\/v1: \.spec\.replicas/,
    );
    await ok(['delete', what]);
  });

  test('follows a client-side apply without a conflict, and is followed by one', async () => {
    const name = `over-${suffix}`;
    const what = `deployment.apps/${name}`;
    await ok(['apply', '-f', '-'], deployment(name, 1));
    expect(await applied(deployment(name, 3))).toBe(`${what} serverside-applied`);
    expect(await ok(['get', what, '-o', 'jsonpath={.spec.replicas}'])).toBe('3');
    expect(await ok(['apply', '-f', '-'], deployment(name, 3))).toMatch(new RegExp(`^${what} (unchanged|configured)$`));
    expect(await ok(['apply', '-f', '-'], deployment(name, 4))).toBe(`${what} configured`);
    expect(await ok(['get', what, '-o', 'jsonpath={.spec.replicas}'])).toBe('4');
    await ok(['delete', what]);
  });

  test('comes after create, and removes no more than what it gave', async () => {
    const name = `created-${suffix}`;
    await ok(['create', 'configmap', name, '--from-literal=a=b']);
    const refused = await apply(configMap(name, { a: 'c' }));
    expect(refused.stderr).toMatch(/conflict with "kubectl(-create|-[\d.]+)?" using v1: \.data\.a/);
    await applied(configMap(name, { d: 'e' }));
    expect(await ok(['get', 'configmap', name, '-o', 'jsonpath={.data}'])).toBe('{"a":"b","d":"e"}');
    await applied(configMap(name, {}));
    expect(await ok(['get', 'configmap', name, '-o', 'jsonpath={.data}'])).toBe('{"a":"b"}');
    await ok(['delete', 'configmap', name]);
  });

  test('says what the server does not know', async () => {
    const refused = await apply(
      JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' }, bogus: 1 }),
      '--validate=false',
    );
    expect(refused.stderr.trim()).toMatch(
      /failed to create typed patch object \(default\/x; \/v1, Kind=ConfigMap\): \.bogus: field not declared in schema$/,
    );
  });

  test('shows the difference to what is there', async () => {
    const name = `diff-${suffix}`;
    await applied(deployment(name, 1));
    expect((await run(['diff', '--server-side', '-f', '-'], deployment(name, 1))).code).toBe(0);
    const { code, stdout } = await run(['diff', '--server-side', '-f', '-'], deployment(name, 2));
    expect(code).toBe(1);
    expect(stdout).toContain('-  replicas: 1\n+  replicas: 2\n');
    await ok(['delete', 'deployment', name]);
  });
});
