import { beforeAll, describe, expect, it } from 'vitest';
import { rawRequest } from './raw-request.ts';
import { eventually, get, kubectl, ok, run } from './run.ts';
import { suiteUp } from './suite.ts';

beforeAll(async () => {
  await suiteUp();
});

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const PODS = '/api/v1/namespaces/default/pods';
const configMap = (metadata: object, rest: object = {}): string =>
  JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata, ...rest });
const pod = (spec: object, metadata: object = { name: 'bad' }): string =>
  JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata, spec });
const container = { name: 'c', image: 'wherry/demo:1' };

/** Everything stored, by identity and version: bad input must not change it. Leases and Events live on by themselves. */
async function stored(): Promise<string[]> {
  const kinds = 'configmaps,pods,services,deployments,secrets,namespaces';
  const { items } = await get<{ items: { kind: string; metadata: { uid: string; resourceVersion: string } }[] }>(
    kinds,
    '-A',
  );
  return items.map((item) => `${item.kind} ${item.metadata.uid} ${item.metadata.resourceVersion}`).sort();
}

interface Case {
  title: string;
  request: Parameters<typeof rawRequest>;
  code: number;
  reason: string;
  message: string | RegExp;
  fields?: string[];
}

const cases: Case[] = [
  {
    title: 'an unknown field',
    request: ['POST', `${CONFIG_MAPS}?fieldValidation=Strict`, configMap({ name: 'bad' }, { dta: {} })],
    code: 400,
    reason: 'BadRequest',
    message: 'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "dta"',
  },
  {
    title: 'a wrong type',
    request: ['POST', PODS, pod({ containers: [{ ...container, ports: [{ containerPort: 'eighty' }] }] })],
    code: 400,
    reason: 'BadRequest',
    message:
      /^Pod in version "v1" cannot be handled as a Pod: json: cannot unmarshal string into Go struct field .*containerPort of type int32$/,
  },
  {
    title: 'a missing name',
    request: ['POST', CONFIG_MAPS, configMap({})],
    code: 422,
    reason: 'Invalid',
    message: 'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required',
    fields: ['metadata.name'],
  },
  {
    title: 'a name that is too long',
    request: ['POST', CONFIG_MAPS, configMap({ name: 'a'.repeat(254) })],
    code: 422,
    reason: 'Invalid',
    message: /metadata\.name: Invalid value: "a+": must be no more than 253 characters$/,
    fields: ['metadata.name'],
  },
  {
    title: 'a bad label',
    request: ['POST', CONFIG_MAPS, configMap({ name: 'bad', labels: { ok: 'not ok!' } })],
    code: 422,
    reason: 'Invalid',
    message:
      /^ConfigMap "bad" is invalid: metadata\.labels: Invalid value: "not ok!": a valid label must be an empty string or consist of alphanumeric characters/,
    fields: ['metadata.labels'],
  },
  {
    title: 'a stale resourceVersion',
    request: ['PUT', '/api/v1/namespaces/default/services/demo', '{}'],
    code: 409,
    reason: 'Conflict',
    message:
      'Operation cannot be fulfilled on services "demo": the object has been modified; please apply your changes to the latest version and try again',
  },
  {
    title: 'a body that is too large',
    request: ['POST', CONFIG_MAPS, configMap({ name: 'bad' }, { data: { a: 'x'.repeat(4 << 20) } })],
    code: 413,
    reason: 'RequestEntityTooLarge',
    message: /limit is 3145728/,
  },
  {
    title: 'malformed JSON',
    request: ['POST', CONFIG_MAPS, '{"apiVersion": "v1", "kind": "ConfigMap", '],
    code: 400,
    reason: 'BadRequest',
    message: /^the object provided is unrecognized/,
  },
  {
    title: 'malformed YAML',
    request: ['POST', CONFIG_MAPS, 'apiVersion: v1\nkind: [ConfigMap', 'application/yaml'],
    code: 400,
    reason: 'BadRequest',
    message: /yaml|YAML/,
  },
  {
    title: 'a port out of range',
    request: [
      'POST',
      '/api/v1/namespaces/default/services',
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'bad' },
        spec: { ports: [{ port: 70000 }] },
      }),
    ],
    code: 422,
    reason: 'Invalid',
    message: /spec\.ports\[0\]\.port: Invalid value: 70000: must be between 1 and 65535, inclusive/,
    fields: ['spec.ports[0].port', 'spec.ports[0].targetPort'],
  },
  {
    title: 'a selector that misses its template',
    request: [
      'POST',
      '/apis/apps/v1/namespaces/default/deployments',
      JSON.stringify({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'bad' },
        spec: {
          selector: { matchLabels: { app: 'a' } },
          template: { metadata: { labels: { app: 'b' } }, spec: { containers: [container] } },
        },
      }),
    ],
    code: 422,
    reason: 'Invalid',
    message:
      'Deployment.apps "bad" is invalid: spec.template.metadata.labels: Invalid value: {"app":"b"}: `selector` does not match template `labels`',
    fields: ['spec.template.metadata.labels'],
  },
  {
    title: 'a pod without containers',
    request: ['POST', PODS, pod({ containers: [] })],
    code: 422,
    reason: 'Invalid',
    message: 'Pod "bad" is invalid: spec.containers: Required value',
    fields: ['spec.containers'],
  },
  {
    title: 'deleting what is not there',
    request: ['DELETE', `${CONFIG_MAPS}/nothing`],
    code: 404,
    reason: 'NotFound',
    message: 'configmaps "nothing" not found',
  },
  {
    title: 'a kind that is not served',
    request: ['GET', '/apis/apps/v1/namespaces/default/nonsense'],
    code: 404,
    reason: 'NotFound',
    message: 'the server could not find the requested resource',
  },
  {
    title: 'a media type that is not understood',
    request: ['POST', CONFIG_MAPS, '<xml/>', 'application/xml'],
    code: 415,
    reason: 'UnsupportedMediaType',
    message:
      /the body of the request was in an unknown format - accepted media types include: application\/json, application\/yaml/,
  },
];

describe('bad input is refused with a clear Status, and nothing is stored', () => {
  it.each(cases)('$title', async ({ title, request, code, reason, message, fields }) => {
    if (title === 'a stale resourceVersion') {
      const service = await get<{ metadata: { resourceVersion: string } }>('service', 'demo');
      service.metadata.resourceVersion = '1';
      request[2] = JSON.stringify(service);
    }
    const before = await stored();
    const answer = await rawRequest(...request);
    expect(answer.body).toMatchObject({ kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, code });
    expect(answer.status).toBe(code);
    if (typeof message === 'string') expect(answer.body['message']).toBe(message);
    else expect(answer.body['message']).toMatch(message);
    if (fields) {
      const { causes } = answer.body['details'] as { causes: { field: string }[] };
      expect(causes.map((cause) => cause.field)).toEqual(fields);
    }
    expect(await stored()).toEqual(before);
  });

  it('an impossible image is told by Events and by the reason that the container waits', async () => {
    await ok(kubectl, [
      'run',
      'no-such-image',
      '--image=wherry/no-such-image:1',
      '--image-pull-policy=Never',
      '--restart=Never',
    ]);
    // kubectl run would refuse the name by itself.
    await ok(kubectl, ['apply', '-f', '-'], {
      input: pod({ containers: [{ name: 'c', image: 'Not A Name' }] }, { name: 'bad-image-name' }),
    });
    const waiting = async (name: string): Promise<string> =>
      ok(kubectl, ['get', 'pod', name, '-o', 'jsonpath={.status.containerStatuses[0].state.waiting.reason}']);
    await eventually('ErrImageNeverPull', async () => (await waiting('no-such-image')) === 'ErrImageNeverPull');
    await eventually('InvalidImageName', async () => (await waiting('bad-image-name')) === 'InvalidImageName');
    await eventually('an Event', async () =>
      (await ok(kubectl, ['events', '--for', 'pod/no-such-image'])).includes(
        'Container image "wherry/no-such-image:1" is not present with pull policy of Never',
      ),
    );
    await ok(kubectl, ['delete', 'pod', 'no-such-image', 'bad-image-name']);
  });

  it('the command lines say it in one line and end with code 1', async () => {
    const result = await run(kubectl, ['create', '-f', '-'], { input: configMap({ name: 'Bad_Name' }) });
    expect(result).toMatchObject({ code: 1, stdout: '' });
    expect(result.stderr).toMatch(
      /^The ConfigMap "Bad_Name" is invalid: metadata\.name: Invalid value: "Bad_Name": a lowercase RFC 1123 subdomain must consist of/,
    );
  });
});
