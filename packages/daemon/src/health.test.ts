import { expect, it } from 'vitest';
import { Health } from './health.ts';
import { serveHealth } from './serve-health.ts';

function health(): Health {
  const checks = new Health();
  checks.addCheck('informers', () => 'not yet', { live: false });
  checks.addCheck('loop', async () => true as const, { ready: false });
  return checks;
}

it('says ok, or every check and its outcome', async () => {
  expect(await health().answer('/livez')).toMatchObject({ status: 200, body: 'ok' });
  expect(await health().answer('/livez?verbose')).toMatchObject({
    status: 200,
    body: '[+]ping ok\n[+]loop ok\nlivez check passed\n',
  });
  expect(await health().answer('/readyz')).toMatchObject({
    status: 500,
    body: '[+]ping ok\n[-]informers failed: reason withheld\nreadyz check failed\n',
  });
  expect(await health().answer('/healthz')).toMatchObject({ status: 500 });
});

it('leaves checks out when asked, and says when there is none of that name', async () => {
  expect(await health().answer('/readyz?verbose&exclude=informers&exclude=x')).toMatchObject({
    status: 200,
    body: '[+]ping ok\n[+]informers excluded: ok\nwarn: some health checks cannot be excluded: no matches for "x"\nreadyz check passed\n',
  });
});

it('answers for one check, with the reason', async () => {
  expect(await health().answer('/readyz/ping')).toMatchObject({ status: 200, body: 'ok' });
  expect(await health().answer('/readyz/informers')).toMatchObject({
    status: 500,
    body: 'internal server error: not yet\n',
  });
  expect(await health().answer('/readyz/loop')).toBeUndefined();
  expect(await health().answer('/other')).toBeUndefined();
});

it('takes a throw as a failure', async () => {
  const checks = new Health();
  checks.addCheck('bad', () => Promise.reject(new Error('boom')));
  expect(await checks.answer('/livez/bad')).toMatchObject({ status: 500, body: 'internal server error: boom\n' });
});

it('serves the checks and the metrics', async () => {
  await using server = await serveHealth({
    host: '127.0.0.1',
    port: 0,
    health: new Health(),
    metrics: { metrics: async () => 'm 1\n', contentType: 'text/plain' },
  });
  const get = async (path: string, method = 'GET'): Promise<[number, string]> => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`, { method });
    return [response.status, await response.text()];
  };
  expect(await get('/healthz')).toEqual([200, 'ok']);
  expect(await get('/metrics')).toEqual([200, 'm 1\n']);
  expect(await get('/x')).toEqual([404, '404 page not found\n']);
  expect(await get('/healthz', 'POST')).toEqual([405, 'method not allowed\n']);
});
