import { X509Certificate, createHash, createPublicKey, verify } from 'node:crypto';
import {
  configMaps,
  namespaces,
  nodes,
  pods,
  secrets,
  serviceAccounts,
  type TokenRequest,
  type TokenReview,
} from '@wherry/api';
import { StatusError } from '@wherry/apimachinery';
import { RestClient } from '@wherry/client';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApiserver, type TestApiserver } from '../../../../test/fixture/cluster-fixture.ts';
import { pod, refusal } from '../testing/objects.ts';

const audience = 'https://kubernetes.default.svc';
const account = { metadata: { name: 'builder', namespace: 'default' } };
let cluster: TestApiserver;
const clients: RestClient[] = [];

beforeAll(async () => {
  cluster = await startTestApiserver();
  await cluster.client.resource(serviceAccounts).create(account);
});
afterAll(async () => {
  for (const client of clients) client.close();
  await cluster.close();
});

const path = (name: string, namespace = 'default') => `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;

function requestToken(spec: Partial<TokenRequest['spec']> = {}, name = 'builder'): Promise<TokenRequest> {
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec };
  return cluster.client.request({ method: 'POST', path: path(name), body });
}

function review(token: string, audiences?: string[]): Promise<TokenReview> {
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token, audiences } };
  return cluster.client.request({ method: 'POST', path: '/apis/authentication.k8s.io/v1/tokenreviews', body });
}

function whoAmI(token: string): Promise<{ status: { userInfo: Record<string, unknown> } }> {
  const client = new RestClient({ servers: cluster.config.servers, ca: cluster.config.ca, token });
  clients.push(client);
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
  return client.request({ method: 'POST', path: '/apis/authentication.k8s.io/v1/selfsubjectreviews', body });
}

const claimsOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as Record<string, unknown>;
const tokenOf = (request: TokenRequest) => request.status!.token!;

async function storedPod(name: string, more = {}) {
  return cluster.client.resource(pods).create(pod(name, { serviceAccountName: 'builder', ...more }));
}

test('a token says whose it is and for how long, and its bearer is that account', async () => {
  const request = await requestToken();
  expect(request).toMatchObject({
    kind: 'TokenRequest',
    metadata: { name: 'builder', namespace: 'default' },
    spec: { audiences: [audience], expirationSeconds: 3600 },
  });
  const token = tokenOf(request);
  const { uid } = (await cluster.client.resource(serviceAccounts).get('builder', { namespace: 'default' })).metadata;
  const claims = claimsOf(token);
  expect(claims).toMatchObject({
    aud: [audience],
    iss: 'https://kubernetes.default.svc',
    sub: 'system:serviceaccount:default:builder',
    'kubernetes.io': { namespace: 'default', serviceaccount: { name: 'builder', uid } },
  });
  expect(Number(claims['exp']) - Number(claims['iat'])).toBe(3600);
  expect(claims['nbf']).toBe(claims['iat']);
  const { userInfo } = (await whoAmI(token)).status;
  expect(userInfo).toEqual({
    username: 'system:serviceaccount:default:builder',
    uid,
    groups: ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'],
    extra: { 'authentication.kubernetes.io/credential-id': [`JTI=${claims['jti'] as string}`] },
  });
});

test('a token of a pod ends with the pod', async () => {
  await cluster.client.resource(nodes).create({ metadata: { name: 'n1' }, spec: {} });
  const { metadata } = await storedPod('worker', { nodeName: 'n1' });
  const bound = { boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'worker', uid: metadata.uid } };
  const token = tokenOf(await requestToken(bound));
  const { extra } = (await whoAmI(token)).status.userInfo as { extra: Record<string, string[]> };
  expect(extra).toMatchObject({
    'authentication.kubernetes.io/pod-name': ['worker'],
    'authentication.kubernetes.io/pod-uid': [metadata.uid],
    'authentication.kubernetes.io/node-name': ['n1'],
  });
  await cluster.client.resource(pods).delete('worker', { namespace: 'default', gracePeriodSeconds: 0 });
  expect((await refusal(whoAmI(token))).code).toBe(401);
  expect((await review(token)).status).toEqual({
    user: {},
    error: '[invalid bearer token, service account token has been invalidated]',
  });
  // A namesake is somebody else.
  await storedPod('worker');
  expect((await refusal(whoAmI(token))).code).toBe(401);
  expect((await refusal(requestToken(bound))).message).toContain(
    `the UID in the bound object reference (${metadata.uid}) does not match the UID in record`,
  );
});

test('a token of a Secret or a node ends with it', async () => {
  await cluster.client.resource(secrets).create({ metadata: { name: 'seal', namespace: 'default' } });
  await cluster.client.resource(nodes).create({ metadata: { name: 'n2' }, spec: {} });
  const bound = (kind: string, name: string) => ({ boundObjectRef: { kind, apiVersion: 'v1', name } });
  const ofSecret = tokenOf(await requestToken(bound('Secret', 'seal')));
  const ofNode = tokenOf(await requestToken(bound('Node', 'n2')));
  for (const token of [ofSecret, ofNode]) expect((await review(token)).status?.authenticated).toBe(true);
  await cluster.client.resource(secrets).delete('seal', { namespace: 'default' });
  await cluster.client.resource(nodes).delete('n2');
  for (const token of [ofSecret, ofNode]) expect((await review(token)).status?.authenticated).toBeUndefined();
});

test('an account that goes takes its tokens along, also when another of the name comes', async () => {
  const client = cluster.client.resource(serviceAccounts);
  await client.create({ metadata: { name: 'brief', namespace: 'default' } });
  const token = tokenOf(await requestToken({}, 'brief'));
  await client.delete('brief', { namespace: 'default' });
  expect((await refusal(whoAmI(token))).code).toBe(401);
  await client.create({ metadata: { name: 'brief', namespace: 'default' } });
  expect((await review(token)).status?.error).toMatch(/service account UID \(.+\) does not match claim \(.+\)/);
});

test('a token for others is for others', async () => {
  const token = tokenOf(await requestToken({ audiences: ['vault'] }));
  expect((await refusal(whoAmI(token))).code).toBe(401);
  expect((await review(token)).status?.error).toContain('is invalid for the target audiences');
  const { status } = await review(token, ['vault', 'other']);
  expect(status).toMatchObject({ authenticated: true, audiences: ['vault'] });
});

test('the token that pods have is good for a year, and warns after an hour', async () => {
  const { metadata } = await storedPod('long');
  const bound = { boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'long', uid: metadata.uid } };
  const request = await requestToken({ ...bound, expirationSeconds: 3607 });
  const claims = claimsOf(tokenOf(request));
  expect(Number(claims['exp']) - Number(claims['iat'])).toBe(365 * 24 * 3600);
  expect(claims['kubernetes.io']).toMatchObject({ warnafter: Number(claims['iat']) + 3607 });
  expect(Date.parse(request.status!.expirationTimestamp!) / 1000).toBe(Number(claims['iat']) + 3607);
  const other = claimsOf(tokenOf(await requestToken({ ...bound, expirationSeconds: 3607, audiences: ['vault'] })));
  expect(Number(other['exp']) - Number(other['iat'])).toBe(3607);
});

test('what cannot be had is refused in upstream’s words', async () => {
  const message = async (request: Promise<unknown>) => (await refusal(request)).message;
  expect(await message(requestToken({ expirationSeconds: 599 }))).toBe(
    'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes',
  );
  expect(await message(requestToken({ expirationSeconds: 2 ** 33 }))).toContain('larger than 2^32 seconds');
  expect(await message(requestToken({}, 'nobody'))).toBe('serviceaccounts "nobody" not found');
  const bound = (kind: string, apiVersion: string, name: string) => ({ boundObjectRef: { kind, apiVersion, name } });
  expect(await message(requestToken(bound('Pod', 'v1', 'absent')))).toBe('pods "absent" not found');
  expect(await message(requestToken(bound('ConfigMap', 'v1', 'x')))).toBe(
    'cannot bind token to object of type /v1, Kind=ConfigMap',
  );
  await cluster.client.resource(serviceAccounts).create({ metadata: { name: 'other', namespace: 'default' } });
  await storedPod('not-yours');
  expect(await message(requestToken(bound('Pod', 'v1', 'not-yours'), 'other'))).toBe(
    'cannot bind token for serviceaccount "other" to pod running with different serviceaccount name.',
  );
  expect(await message(review(''))).toBe('token is required for TokenReview in authentication');
});

test('the keys are published so that others can check the tokens themselves', async () => {
  const token = tokenOf(await requestToken());
  const configuration = await cluster.client.request<Record<string, unknown>>({
    method: 'GET',
    path: '/.well-known/openid-configuration',
  });
  expect(configuration).toMatchObject({
    issuer: audience,
    jwks_uri: expect.stringMatching(/^https:\/\/192\.0\.2\.1:\d+\/openid\/v1\/jwks$/) as string,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256'],
  });
  const jwks = await cluster.client.request<{ keys: Record<string, string>[] }>({
    method: 'GET',
    path: '/openid/v1/jwks',
  });
  const [jwk] = jwks.keys;
  const [header, payload, signature] = token.split('.') as [string, string, string];
  const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string };
  expect(jwk).toMatchObject({ use: 'sig', kty: 'EC', alg: 'ES256', kid });
  const key = createPublicKey({ key: jwk!, format: 'jwk' });
  const spki = key.export({ type: 'spki', format: 'der' });
  expect(kid).toBe(createHash('sha256').update(spki).digest('base64url'));
  const content = Buffer.from(`${header}.${payload}`);
  const options = { key, dsaEncoding: 'ieee-p1363' as const };
  expect(verify('sha256', content, options, Buffer.from(signature, 'base64url'))).toBe(true);
});

test('a certificate tells who one is, and which certificate it was', async () => {
  const { cert } = await cluster.configFor('jane', ['dev']);
  const config = await cluster.configFor('jane', ['dev']);
  const client = new RestClient(config);
  clients.push(client);
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
  const { status } = await client.request<{ status: { userInfo: unknown } }>({
    method: 'POST',
    path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
    body,
  });
  const fingerprint = createHash('sha256').update(new X509Certificate(config.cert!).raw).digest('hex');
  expect(cert).not.toBe(config.cert);
  expect(status.userInfo).toEqual({
    username: 'jane',
    groups: ['dev', 'system:authenticated'],
    extra: { 'authentication.kubernetes.io/credential-id': [`X509SHA256=${fingerprint}`] },
  });
});

test('a namespace that is gone has no tokens', async () => {
  await expect(cluster.client.resource(namespaces).get('default')).resolves.toBeDefined();
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
  const error = await refusal(cluster.client.request({ method: 'POST', path: path('builder', 'elsewhere'), body }));
  expect(error.code).toBe(404);
});

test('servers that extend the API can read whom to believe', async () => {
  const { data } = await cluster.client
    .resource(configMaps)
    .get('extension-apiserver-authentication', { namespace: 'kube-system' });
  expect(data).toEqual({ 'client-ca-file': cluster.config.ca });
});

test('a wrong token is refused even where nobody would be let in', async () => {
  const client = new RestClient({ servers: cluster.config.servers, ca: cluster.config.ca, token: 'wrong' });
  clients.push(client);
  const error = await refusal(client.request({ method: 'GET', path: '/version' }));
  expect(error.status).toMatchObject({ code: 401, reason: 'Unauthorized', message: 'Unauthorized' });
});

test('two tokens on one connection are two users', async () => {
  await cluster.client.resource(serviceAccounts).create({ metadata: { name: 'second', namespace: 'default' } });
  const [one, two] = [tokenOf(await requestToken()), tokenOf(await requestToken({}, 'second'))];
  const client = new RestClient({ servers: cluster.config.servers, ca: cluster.config.ca });
  clients.push(client);
  const name = async (token: string) => {
    const { status } = await client.request<{ status: { userInfo: { username: string } } }>({
      method: 'POST',
      path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
      headers: { authorization: `Bearer ${token}` },
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
    });
    return status.userInfo.username.split(':').at(-1);
  };
  expect(await Promise.all([name(one), name(two), name(one)])).toEqual(['builder', 'second', 'builder']);
});

test('whatever is asked of tokens, the answer is no error of the server', async () => {
  const paths = [
    path('builder'),
    '/apis/authentication.k8s.io/v1/tokenreviews',
    '/apis/authentication.k8s.io/v1/selfsubjectreviews',
  ];
  const reference = fc.record({ kind: fc.string(), apiVersion: fc.string(), name: fc.string() }, { requiredKeys: [] });
  const spec = fc.record(
    {
      token: fc.oneof(fc.string(), fc.jsonValue()),
      audiences: fc.oneof(fc.array(fc.string()), fc.jsonValue()),
      expirationSeconds: fc.oneof(fc.integer(), fc.jsonValue()),
      boundObjectRef: fc.oneof(reference, fc.jsonValue()),
    },
    { requiredKeys: [] },
  );
  const body = fc.oneof(fc.record({ spec: fc.oneof(spec, fc.jsonValue()) }, { requiredKeys: [] }), fc.jsonValue());
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths), body, async (at, sent) => {
      const error = await cluster.client.request({ method: 'POST', path: at, body: sent }).catch((one: unknown) => one);
      if (error instanceof StatusError) expect(error.code).toBeLessThan(500);
      else expect(error).not.toBeInstanceOf(Error);
    }),
    { numRuns: 200 },
  );
});
