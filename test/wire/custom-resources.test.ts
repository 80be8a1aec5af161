import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../e2e/run.ts';
import { oldAndNew } from './clients.ts';
import { startControlPlane, type ControlPlane } from './control-plane.ts';

/** Discovery, explain, and a kind that somebody defines, with stock kubectl. */
let plane: ControlPlane;
beforeAll(async () => {
  plane = await startControlPlane();
});
afterAll(() => plane?.stop());

const property = (type: string, more: object = {}) => ({ type, ...more });

function definition(plural: string, kind: string) {
  const schema = {
    type: 'object',
    description: 'Runs something now and then.',
    properties: {
      spec: {
        type: 'object',
        description: 'What is wanted.',
        required: ['cronSpec'],
        properties: {
          cronSpec: property('string', { description: 'When it runs.' }),
          image: property('string', { default: 'web' }),
          replicas: property('integer', { minimum: 1, maximum: 10 }),
        },
      },
      status: property('object', { properties: { replicas: property('integer'), selector: property('string') } }),
    },
  };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.stable.example.com` },
    spec: {
      group: 'stable.example.com',
      scope: 'Namespaced',
      names: { plural, kind, shortNames: [plural.slice(0, 3)], categories: ['all'] },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: schema },
          subresources: {
            status: {},
            scale: {
              specReplicasPath: '.spec.replicas',
              statusReplicasPath: '.status.replicas',
              labelSelectorPath: '.status.selector',
            },
          },
          additionalPrinterColumns: [
            { name: 'Spec', type: 'string', jsonPath: '.spec.cronSpec' },
            { name: 'Replicas', type: 'integer', jsonPath: '.spec.replicas' },
            { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
          ],
        },
      ],
    },
  };
}

describe.each(oldAndNew)('$name', ({ name: client, path }) => {
  const old = client.endsWith('1.20');
  const plural = old ? 'oldtabs' : 'newtabs';
  const kind = old ? 'OldTab' : 'NewTab';
  const singular = kind.toLowerCase();
  const resource = `${singular}.stable.example.com/one`;
  const kubectl = (args: string[], input?: object) =>
    plane.kubectl(path, args, input === undefined ? undefined : JSON.stringify(input));
  const ok = async (args: string[], input?: object): Promise<string> => {
    const { code, stdout, stderr } = await kubectl(args, input);
    if (code !== 0) throw new Error(`${args.join(' ')}: exit code ${code}\n${stdout}${stderr}`);
    return stdout.trim();
  };
  const object = (spec: object) => ({
    apiVersion: 'stable.example.com/v1',
    kind,
    metadata: { name: 'one' },
    spec: { cronSpec: '* * * * */5', replicas: 3, ...spec },
  });

  test('api-resources names every kind with its group, scope and short names', async () => {
    const rows = (await ok(['api-resources', '--no-headers']))
      .split('\n')
      .map((row) => row.replaceAll(/ +/g, ' ').trim());
    for (const row of [
      'pods po v1 true Pod',
      'componentstatuses cs v1 false ComponentStatus',
      'bindings v1 true Binding',
      'deployments deploy apps/v1 true Deployment',
      'horizontalpodautoscalers hpa autoscaling/v2 true HorizontalPodAutoscaler',
      'customresourcedefinitions crd,crds apiextensions.k8s.io/v1 false CustomResourceDefinition',
      'localsubjectaccessreviews authorization.k8s.io/v1 true LocalSubjectAccessReview',
      'certificatesigningrequests csr certificates.k8s.io/v1 false CertificateSigningRequest',
      'prioritylevelconfigurations flowcontrol.apiserver.k8s.io/v1 false PriorityLevelConfiguration',
      'volumeattributesclasses vac storage.k8s.io/v1 false VolumeAttributesClass',
    ]) {
      expect(rows).toContain(row);
    }
    expect(rows.length).toBeGreaterThan(60);
  });

  test('a kind is there as soon as it is established', async () => {
    expect(await ok(['apply', '-f', '-'], definition(plural, kind))).toContain('created');
    await ok(['wait', '--for', 'condition=established', '--timeout=30s', `crd/${plural}.stable.example.com`]);
    expect(await ok(['apply', '-f', '-'], object({}))).toBe(`${resource} created`);
    expect(await ok(['apply', '-f', '-'], object({}))).toBe(`${resource} unchanged`);
    const [head, row] = (await ok(['get', plural.slice(0, 3)])).split('\n').map((line) => line.split(/ {2,}/));
    expect(head?.map((cell) => cell.trim())).toEqual(['NAME', 'SPEC', 'REPLICAS', 'AGE']);
    expect(row?.slice(0, 3)).toEqual(['one', '* * * * */5', '3']);
    expect(await ok(['get', 'all', '-o', 'name'])).toContain(resource);
    expect(await ok(['scale', '--replicas=5', `${singular}/one`])).toContain('scaled');
    expect(await ok(['get', singular, 'one', '-o', 'jsonpath={.spec.replicas} {.metadata.generation}'])).toBe('5 2');
  });

  test('explain tells of it, and of built-in kinds, as deep as one likes', async () => {
    const text = (await ok(['explain', plural, '--recursive'])).replaceAll(/[ \t]+/g, ' ');
    expect(text).toMatch(
      /spec <Object>( -required-)?\n cronSpec <string>( -required-)?\n image <string>\n replicas <integer>/,
    );
    expect(await ok(['explain', `${plural}.spec.cronSpec`])).toContain('When it runs.');
    const pod = await ok(['explain', 'pods', '--recursive']);
    expect(pod).toContain('topologySpreadConstraints');
    expect(pod.split('\n').length).toBeGreaterThan(900);
  });

  test('what is wrong is said before it is sent, or by the server', async () => {
    const misspelt = await kubectl(['apply', '-f', '-'], object({ cronSpek: 'x' }));
    expect(misspelt.code).toBe(1);
    expect(misspelt.stderr).toContain(
      old ? 'unknown field "cronSpek" in' : 'strict decoding error: unknown field "spec.cronSpek"',
    );
    const many = await kubectl(['apply', '-f', '-'], object({ replicas: 30 }));
    expect(many.stderr.trim()).toBe(
      `The ${kind} "one" is invalid: spec.replicas: Invalid value: 30: spec.replicas in body should be less than or equal to 10`,
    );
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containerz: [] } };
    expect((await kubectl(['create', '-f', '-'], pod)).stderr).toContain(
      old ? 'unknown field "containerz" in io.k8s.api.core.v1.PodSpec' : 'unknown field "spec.containerz"',
    );
    const strategic = await kubectl(['patch', singular, 'one', '--type=strategic', '-p', '{"spec":{"replicas":2}}']);
    expect(strategic.code).toBe(1);
    expect(await ok(['patch', singular, 'one', '--type=merge', '-p', '{"spec":{"replicas":2}}'])).toContain('patched');
  });

  test('diff shows what would change', async () => {
    const diff = await kubectl(['diff', '-f', '-'], object({ replicas: 4 }));
    expect([diff.code, diff.stdout.includes('+  replicas: 4'), diff.stdout.includes('-  replicas: 2')]).toEqual([
      1,
      true,
      true,
    ]);
  });

  test('it goes with its definition', async () => {
    await ok(['delete', 'crd', `${plural}.stable.example.com`]);
    await eventually('the kind is gone', async () => (await kubectl(['get', plural])).code !== 0);
    expect((await kubectl(['get', plural])).stderr).toContain('the server');
  });
});
