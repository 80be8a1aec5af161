import type { Event } from '@wherry/api';
import { expect, it } from 'vitest';
import { EventRecorder } from './event-recorder.ts';
import { readBody, sendJson, startFakeServer, until } from './fake-server.ts';
import { RestClient } from './rest-client.ts';

const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'n', uid: 'u' } };
const failure = (code: number, reason: string) => ({ kind: 'Status', status: 'Failure', reason, code });

it('creates an event, counts it up, and creates it anew when it has expired', async () => {
  const written: [string, Partial<Event>][] = [];
  await using server = await startFakeServer(async (request, response) => {
    const body = JSON.parse(await readBody(request)) as Partial<Event>;
    written.push([request.method ?? '', body]);
    if (request.method === 'PATCH' && body.count === 3) sendJson(response, 404, failure(404, 'NotFound'));
    else sendJson(response, 201, body);
  });
  await using client = new RestClient(server.config);
  const recorder = new EventRecorder(client, 'test', { host: 'h' });
  for (let i = 0; i < 3; i++) recorder.event(pod, 'Warning', 'Failed', 'why');
  await recorder.flush();
  expect(written.map(([method, { count }]) => `${method} ${count}`)).toEqual([
    'POST 1',
    'PATCH 2',
    'PATCH 3',
    'POST 3',
  ]);
  expect(written[0]?.[1]).toMatchObject({
    involvedObject: { kind: 'Pod', name: 'p', namespace: 'n', uid: 'u', apiVersion: 'v1' },
    source: { component: 'test', host: 'h' },
    message: 'why',
    type: 'Warning',
  });
});

it('tries again when the server fails, gives up when it refuses, and never throws', async () => {
  let failures = 2;
  const errors: unknown[] = [];
  await using server = await startFakeServer((_request, response) => {
    if (failures-- > 0) sendJson(response, 500, failure(500, 'InternalError'));
    else sendJson(response, 403, failure(403, 'Forbidden'));
  });
  await using client = new RestClient(server.config);
  const recorder = new EventRecorder(client, 'test', { onError: (error) => void errors.push(error) });
  recorder.event(pod, 'Normal', 'A', 'b');
  await until(() => errors.length === 1);
  expect(server.requests).toHaveLength(3);
  expect(errors[0]).toMatchObject({ code: 403 });
});

it('does not wait for ever for a server that is away', async () => {
  await using server = await startFakeServer(() => undefined);
  await using client = new RestClient(server.config);
  const recorder = new EventRecorder(client, 'test');
  recorder.event(pod, 'Normal', 'A', 'b');
  await recorder.flush(20);
  await until(() => server.requests.length === 1);
});
