import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createCa, issue } from '@wherry/pki';
import { jwkOf, signJwt, verificationKey } from '@wherry/pki/jwt';
import { expect, test } from 'vitest';
import { OidcAuthenticator, type OidcOptions } from './authenticate-oidc.ts';
import { getJson } from './get-json.ts';

const now = Date.parse('2026-06-01T12:00:00Z');
const issuerUrl = 'https://login.example';
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const options: OidcOptions = {
  issuerUrl,
  clientId: 'wherry',
  ca: undefined,
  usernameClaim: 'sub',
  usernamePrefix: undefined,
  groupsClaim: 'groups',
  groupsPrefix: 'oidc:',
  signingAlgs: ['RS256'],
  requiredClaims: {},
};
const documents =
  (key = privateKey) =>
  (url: string) =>
    Promise.resolve(
      url.endsWith('/jwks')
        ? { keys: [jwkOf(verificationKey(key))] }
        : { issuer: issuerUrl, jwks_uri: `${issuerUrl}/jwks` },
    );
const claims = { iss: issuerUrl, aud: 'wherry', sub: 'ann', exp: now / 1_000 + 60, groups: ['dev'] };

async function verdict(more: object = {}, changed: Partial<OidcOptions> = {}, at = now) {
  const oidc = new OidcAuthenticator({ ...options, ...changed }, documents());
  await oidc.refresh(at);
  return oidc.authenticate(signJwt(privateKey, { ...claims, ...more }), at);
}

test('an ID token of the issuer tells the user and the groups', async () => {
  expect(await verdict()).toEqual({ user: { name: `${issuerUrl}#ann`, groups: ['oidc:dev'] } });
  expect(await verdict({ email: 'a@b.c', aud: ['x', 'wherry'] }, { usernameClaim: 'email' })).toMatchObject({
    user: { name: 'a@b.c' },
  });
  expect(await verdict({}, { usernamePrefix: 'x:' })).toMatchObject({ user: { name: 'x:ann' } });
  expect(await verdict({ groups: 'ops' }, { usernamePrefix: '-', requiredClaims: { sub: 'ann' } })).toEqual({
    user: { name: 'ann', groups: ['oidc:ops'] },
  });
});

test('a token that does not fit is not believed, and why is said', async () => {
  expect(await verdict({ iss: 'https://other' })).toBeUndefined();
  const why = async (more: object, changed?: Partial<OidcOptions>) =>
    ((await verdict(more, changed)) as { error: string }).error;
  expect(await why({ aud: 'other' })).toContain('expected audience "wherry" got "other"');
  expect(await why({ exp: now / 1_000 })).toContain('token is expired');
  expect(await why({ exp: 'never' })).toContain('token is expired');
  expect(await why({ sub: 7 })).toContain('claim not present');
  expect(await why({ groups: [{}] })).toContain('parse groups claim');
  expect(await why({ email: 'a@b.c', email_verified: false }, { usernameClaim: 'email' })).toContain(
    'email not verified',
  );
  expect(await why({}, { requiredClaims: { hd: 'x' } })).toContain('required claim hd not present in ID token');
});

test('a new key of the issuer is learnt by the first token that it signs', async () => {
  const { privateKey: next } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  let key = privateKey;
  const oidc = new OidcAuthenticator(options, (url) => documents(key)(url));
  const token = signJwt(next, claims);
  expect(oidc.authenticate(token, now)).toEqual({ error: 'oidc: authenticator not initialized' });
  await expect.poll(() => oidc.authenticate(token, now)).toEqual({ error: 'oidc: failed to verify signature' });
  key = next;
  // Not more often than every ten seconds.
  expect(oidc.authenticate(token, now + 5_000)).toHaveProperty('error');
  await expect.poll(() => oidc.authenticate(token, now + 11_000)).toHaveProperty('user');
});

test('documents come over TLS from whom the authority vouches for, and are small', async () => {
  const ca = await createCa('issuer');
  const pair = await issue(ca, { commonName: 'login', ipAddresses: ['127.0.0.1'], usages: ['server'] });
  const server = createServer(pair, (request, response) => {
    if (request.url === '/moved') response.writeHead(302, { location: '/good' }).end();
    else response.end(request.url === '/large' ? '"'.padEnd(2 * 1024 * 1024, 'x') : '{"a":1}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  expect(await getJson(`${url}/good`, ca.cert)).toEqual({ a: 1 });
  await expect(getJson(`${url}/good`, undefined)).rejects.toThrow();
  await expect(getJson(`${url}/moved`, ca.cert)).rejects.toThrow('302');
  await expect(getJson(`${url}/large`, ca.cert)).rejects.toThrow('too large');
  server.close();
});

test('options that cannot work are refused at the start', () => {
  const make = (more: Partial<OidcOptions>) => () => new OidcAuthenticator({ ...options, ...more });
  expect(make({ issuerUrl: 'http://x' })).toThrow('must use https');
  expect(make({ clientId: '' })).toThrow('oidc-client-id');
  expect(make({ signingAlgs: ['none'] })).toThrow('unsupported signing alg');
});
