import { createHash, generateKeyPairSync, X509Certificate } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Secret } from '@wherry/api';
import { createCa, issue } from '@wherry/pki';
import { signJwt } from '@wherry/pki/jwt';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { KubeObject } from '@wherry/apimachinery';
import { Authenticator, type AuthenticationOptions } from './authenticator.ts';
import { parseTokenFile } from './authenticate-static-token.ts';
import type { ClientCertificate, Connection } from './peer-certificate.ts';
import { readServiceAccountKeys } from './service-account-keys.ts';

const now = Date.parse('2026-06-01T12:00:00Z');
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const issuer = 'https://issuer';
const world = new Map<string, KubeObject>();
const nobody: Connection = { certificate: undefined };
let clientCa: string;
let proxyCa: string;
let jane: ClientCertificate;
let proxy: ClientCertificate;

function certificate(pem: string, subject: ClientCertificate['subject']): ClientCertificate {
  const one = new X509Certificate(pem);
  const [notBefore, notAfter] = [one.validFromDate.getTime(), one.validToDate.getTime()];
  const fingerprint = createHash('sha256').update(one.raw).digest('hex');
  return { subject, fingerprint, notBefore, notAfter, verified: true, chain: [one] };
}

beforeAll(async () => {
  const [ca, frontProxy] = [await createCa('ca'), await createCa('front')];
  clientCa = ca.cert;
  proxyCa = frontProxy.cert;
  const at = { usages: ['client' as const], now: new Date(now), days: 10 };
  jane = certificate((await issue(ca, { ...at, commonName: 'jane' })).cert, {
    CN: 'jane',
    O: ['dev', 'ops'],
    '1.3.6.1.4.1.57683.2': 'u-1',
  });
  proxy = certificate((await issue(frontProxy, { ...at, commonName: 'proxy' })).cert, { CN: 'proxy' });
});

function authenticator(more: Partial<AuthenticationOptions> = {}, at = now): Authenticator {
  const options: AuthenticationOptions = {
    anonymous: true,
    clientCa,
    requestHeader: {
      clientCa: proxyCa,
      allowedNames: ['proxy'],
      usernameHeaders: ['X-Remote-User'],
      uidHeaders: ['X-Remote-Uid'],
      groupHeaders: ['X-Remote-Group'],
      extraHeaderPrefixes: ['X-Remote-Extra-'],
    },
    tokenFile: 'secret-token,ann,u-2,"dev, ops"\n',
    bootstrapTokens: true,
    serviceAccounts: readServiceAccountKeys({
      issuers: [issuer],
      signingKey: privateKey.export({ type: 'sec1', format: 'pem' }).toString(),
      keys: [],
    }),
    oidc: undefined,
    audiences: [issuer],
    ...more,
  };
  return new Authenticator(
    options,
    (id, key) => world.get(`${id} ${key}`),
    () => at,
  );
}

const sent = (headers: Record<string, string | string[]>) => {
  const raw = Object.entries(headers).flatMap(([name, value]) => [value].flat().flatMap((one) => [name, one]));
  const lower = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [value].flat().join(', ')]),
  );
  return { headers: lower as IncomingHttpHeaders, rawHeaders: raw };
};
const bearer = (token: string) => sent({ Authorization: `Bearer ${token}` });
const who = (connection: Connection, request = sent({}), chain = authenticator()) =>
  chain.authenticateOn(connection, request);

describe('who asks', () => {
  it('is nobody without credentials, unless that is turned off', () => {
    expect(who(nobody)).toEqual({ name: 'system:anonymous', groups: ['system:unauthenticated'] });
    expect(who(nobody, sent({}), authenticator({ anonymous: false }))).toBeUndefined();
    expect(who(nobody, sent({ Authorization: 'Basic eDp5' }))?.name).toBe('system:anonymous');
  });

  it('is told by a certificate, as long as it lasts', () => {
    expect(who({ certificate: jane })).toEqual({
      name: 'jane',
      uid: 'u-1',
      groups: ['dev', 'ops', 'system:authenticated'],
      extra: { 'authentication.kubernetes.io/credential-id': [`X509SHA256=${jane.fingerprint}`] },
    });
    const later = authenticator({}, now + 11 * 86_400_000);
    expect(who({ certificate: jane }, sent({}), later)).toBeUndefined();
    expect(who({ certificate: { ...jane, verified: false } })).toBeUndefined();
    // That of a proxy is for naming others only.
    expect(who({ certificate: proxy })).toBeUndefined();
  });

  it('is told by a proxy with a certificate of its own, whose headers go no further', () => {
    const request = sent({
      'X-Remote-User': 'eve',
      'X-Remote-Uid': 'u-9',
      'X-Remote-Group': ['a, b', 'c'],
      'X-Remote-Extra-Example.com%2Fscopes': ['x', 'y'],
    });
    expect(who({ certificate: proxy }, request)).toEqual({
      name: 'eve',
      uid: 'u-9',
      groups: ['a, b', 'c', 'system:authenticated'],
      extra: { 'example.com/scopes': ['x', 'y'] },
    });
    expect(request.headers).toEqual({});
    const headers = () => sent({ 'X-Remote-User': 'eve', 'X-Remote-Group': 'system:masters' });
    expect(who({ certificate: jane }, headers())?.name).toBe('jane');
    expect(who(nobody, headers())?.name).toBe('system:anonymous');
    expect(who({ certificate: { ...proxy, subject: { CN: 'other' } } }, headers())).toBeUndefined();
  });

  it('is told by a token of the file', () => {
    const request = bearer('secret-token');
    expect(who(nobody, request)).toEqual({ name: 'ann', uid: 'u-2', groups: ['dev', 'ops', 'system:authenticated'] });
    expect(request.headers).toEqual({});
    expect(who(nobody, bearer('secret-toke'))).toBeUndefined();
    expect(who({ certificate: proxy }, bearer('secret-token'))?.name).toBe('ann');
  });

  it('is told by a token among the protocols of a WebSocket, which is taken out', () => {
    const protocol = (token: string) =>
      `base64url.bearer.authorization.k8s.io.${Buffer.from(token).toString('base64url')}`;
    const socket = (protocols: string) =>
      sent({ Upgrade: 'websocket', Connection: 'Upgrade', 'Sec-WebSocket-Protocol': protocols });
    const request = socket(`v5.channel.k8s.io, ${protocol('secret-token')}`);
    expect(who(nobody, request)?.name).toBe('ann');
    expect(request.headers['sec-websocket-protocol']).toBe('v5.channel.k8s.io');
    expect(who(nobody, socket(protocol('secret-token')))).toBeUndefined();
    expect(who(nobody, socket(`v5.channel.k8s.io, ${protocol('wrong')}`))).toBeUndefined();
    expect(who(nobody, socket('v5.channel.k8s.io, base64url.bearer.authorization.k8s.io.%%%'))).toBeUndefined();
    expect(who(nobody, socket('v5.channel.k8s.io'))?.name).toBe('system:anonymous');
  });
});

describe('a bootstrap token', () => {
  const put = (data: Record<string, string>, type = 'bootstrap.kubernetes.io/token') => {
    const all = {
      'token-id': 'abcdef',
      'token-secret': '0123456789abcdef',
      'usage-bootstrap-authentication': 'true',
      ...data,
    };
    const secret: Secret = {
      metadata: { name: 'bootstrap-token-abcdef', namespace: 'kube-system' },
      type,
      data: Object.fromEntries(Object.entries(all).map(([key, value]) => [key, Buffer.from(value).toString('base64')])),
    };
    world.set('/v1/secrets kube-system/bootstrap-token-abcdef', secret);
    return who(nobody, bearer('abcdef.0123456789abcdef'));
  };

  it('lets a node introduce itself', () => {
    expect(put({})).toEqual({
      name: 'system:bootstrap:abcdef',
      groups: ['system:bootstrappers', 'system:authenticated'],
    });
    expect(put({ 'auth-extra-groups': 'system:bootstrappers:z,system:bootstrappers:a' })?.groups).toEqual([
      'system:bootstrappers',
      'system:bootstrappers:a',
      'system:bootstrappers:z',
      'system:authenticated',
    ]);
    expect(put({ expiration: '2026-06-01T12:00:01Z' })?.name).toBe('system:bootstrap:abcdef');
  });

  it('does not when anything about its Secret is wrong', () => {
    for (const data of [
      { expiration: '2026-06-01T11:59:59Z' },
      { expiration: 'tomorrow' },
      { 'usage-bootstrap-authentication': 'no' },
      { 'token-secret': '0123456789abcdeF' },
      { 'token-secret': '' },
      { 'token-id': 'ghijkl' },
      { 'auth-extra-groups': 'system:masters' },
    ]) {
      expect(put(data as Record<string, string>)).toBeUndefined();
    }
    expect(put({}, 'Opaque')).toBeUndefined();
    put({});
    const off = authenticator({ bootstrapTokens: false });
    expect(who(nobody, bearer('abcdef.0123456789abcdef'), off)).toBeUndefined();
  });
});

describe('a token of a service account', () => {
  const account = { metadata: { name: 'web', namespace: 'ns', uid: 'u' } };
  const seconds = now / 1_000;
  const claims = (more = {}) => ({
    aud: [issuer],
    exp: seconds + 600,
    iat: seconds,
    nbf: seconds,
    iss: issuer,
    sub: 'system:serviceaccount:ns:web',
    'kubernetes.io': { namespace: 'ns', serviceaccount: { name: 'web', uid: 'u' } },
    ...more,
  });
  const verdict = (more = {}, at = now) => {
    world.set('/v1/serviceaccounts ns/web', account);
    return authenticator({}, at).authenticateToken(signJwt(privateKey, claims(more)), [issuer]);
  };

  it('is good in its time, give or take a minute', () => {
    expect(verdict()).toMatchObject({ user: { name: 'system:serviceaccount:ns:web', uid: 'u' }, audiences: [issuer] });
    expect(verdict({}, now + 659_000)).toHaveProperty('user');
    expect(verdict({}, now + 661_000)).toEqual({ error: '[invalid bearer token, service account token has expired]' });
    expect(verdict({}, now - 61_000)).toEqual({
      error: '[invalid bearer token, service account token is not valid yet]',
    });
    expect(verdict({ exp: undefined })).toHaveProperty('error');
  });

  it('is good for the audience that it names', () => {
    expect(verdict({ aud: issuer })).toHaveProperty('user');
    for (const aud of [['vault'], [7], 'x']) expect(verdict({ aud })).toHaveProperty('error');
  });

  it('that somebody else issued is none of ours', () => {
    expect(verdict({ iss: 'https://other' })).toEqual({ error: 'invalid bearer token' });
    const other = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const forged = signJwt(other.privateKey, claims());
    expect(authenticator().authenticateToken(forged, [issuer])).toEqual({
      error: '[invalid bearer token, invalid signature]',
    });
  });

  it('kept in a Secret is good as long as the Secret holds it', () => {
    const part = (key: string) => `kubernetes.io/serviceaccount/${key}`;
    const token = signJwt(privateKey, {
      iss: 'kubernetes/serviceaccount',
      [part('namespace')]: 'ns',
      [part('secret.name')]: 'kept',
      [part('service-account.name')]: 'web',
      [part('service-account.uid')]: 'u',
      sub: 'system:serviceaccount:ns:web',
    });
    const chain = authenticator();
    world.set('/v1/serviceaccounts ns/web', account);
    const put = (text: string) =>
      world.set('/v1/secrets ns/kept', {
        metadata: { name: 'kept', namespace: 'ns' },
        data: { token: Buffer.from(text).toString('base64') },
      } as KubeObject);
    put(token);
    expect(chain.authenticateToken(token, [issuer])).toMatchObject({ user: { name: 'system:serviceaccount:ns:web' } });
    put('another');
    expect(chain.authenticateToken(token, [issuer])).toHaveProperty('error');
    world.delete('/v1/secrets ns/kept');
    expect(chain.authenticateToken(token, [issuer])).toHaveProperty('error');
  });

  it('with whatever in it is judged without a crash, and is nobody’s', () => {
    world.set('/v1/serviceaccounts ns/web', account);
    const chain = authenticator();
    const signed = fc
      .record(
        {
          'kubernetes.io': fc.jsonValue(),
          exp: fc.jsonValue(),
          nbf: fc.jsonValue(),
          aud: fc.jsonValue(),
          jti: fc.jsonValue(),
        },
        { requiredKeys: [] },
      )
      .map((more) => signJwt(privateKey, claims(more)));
    const part = fc.oneof(
      fc.string(),
      fc.base64String(),
      fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value)).toString('base64url')),
    );
    const made = fc.tuple(part, part, part).map((parts) => parts.join('.'));
    const known = 'system:serviceaccount:ns:web';
    fc.assert(
      fc.property(fc.oneof(signed, made, fc.string()), (token) => {
        const verdict = chain.authenticateToken(token, [issuer]);
        if ('user' in verdict) expect(verdict.user.name).toBe(known);
        else expect(verdict.error).toContain('invalid bearer token');
      }),
      { numRuns: 1_000 },
    );
  });
});

it('whatever headers are sent, the answer is a user or none', () => {
  const name = fc.constantFrom(
    'authorization',
    'upgrade',
    'connection',
    'sec-websocket-protocol',
    'x-remote-user',
    'x-remote-group',
    'x-remote-extra-%',
    'x-remote-extra-__proto__',
  );
  const value = fc.oneof(
    fc.string(),
    fc.constantFrom(
      'Bearer',
      'Bearer ',
      'bearer x y',
      'websocket',
      'Upgrade',
      'base64url.bearer.authorization.k8s.io.',
      'base64url.bearer.authorization.k8s.io._w,a',
    ),
  );
  const chain = authenticator();
  fc.assert(
    fc.property(fc.dictionary(name, value), fc.boolean(), (headers, behindProxy) => {
      const user = who({ certificate: behindProxy ? proxy : undefined }, sent(headers), chain);
      if (user === undefined) return;
      expect(user.groups).toContain(
        user.name === 'system:anonymous' ? 'system:unauthenticated' : 'system:authenticated',
      );
    }),
    { numRuns: 1_000 },
  );
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

describe('a token file', () => {
  it('is CSV: quotes hold groups, and a line needs three columns', () => {
    expect(parseTokenFile('t1,ann,1,"a,b"\n\n# no\nt2,"bob ""b""",2\n,x,3\n')).toEqual([
      ['t1', { name: 'ann', uid: '1', groups: ['a', 'b'] }],
      ['t2', { name: 'bob "b"', uid: '2', groups: [] }],
    ]);
    expect(() => parseTokenFile('t,u')).toThrow('at least 3 columns (token, user name, user uid), found 2');
    expect(() => parseTokenFile('t,"u,1')).toThrow('quotes');
  });
});
