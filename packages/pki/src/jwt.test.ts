import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSignedBy, jwkOf, parseJwt, signJwt, verificationKey } from './jwt.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const other = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const keys = [verificationKey(rsa.publicKey), verificationKey(ec.publicKey)];
const claims = { iss: 'us', sub: 'you' };
const good = (token: string) => {
  const jwt = parseJwt(token);
  return jwt !== undefined && isSignedBy(token, jwt, keys);
};
const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('a token', () => {
  it.each([
    ['RS256', rsa],
    ['ES256', ec],
  ] as const)('signed with %s is believed by who has the public key', (alg, { privateKey }) => {
    const token = signJwt(privateKey, claims);
    expect(parseJwt(token)).toMatchObject({ header: { alg }, claims });
    expect(good(token)).toBe(true);
    expect(jwkOf(verificationKey(privateKey)).kid).toBe(parseJwt(token)?.header['kid']);
  });

  it('of another key is not', () => {
    expect(good(signJwt(other.privateKey, claims))).toBe(false);
  });

  it('is not believed for its own word that it needs no signature, or one with what is public', () => {
    const none = `${encoded({ alg: 'none' })}.${encoded(claims)}.`;
    expect(good(none)).toBe(false);
    const spki = rsa.publicKey.export({ type: 'spki', format: 'pem' });
    const content = `${encoded({ alg: 'HS256' })}.${encoded(claims)}`;
    expect(good(`${content}.${createHmac('sha256', spki).update(content).digest('base64url')}`)).toBe(false);
    const asRsa = `${encoded({ alg: 'ES256', kid: keys[0]!.id })}.${encoded(claims)}`;
    const signature = sign('sha256', Buffer.from(asRsa), rsa.privateKey).toString('base64url');
    expect(good(`${asRsa}.${signature}`)).toBe(false);
  });

  it('whose bytes were touched is not believed, and nothing throws', () => {
    const token = signJwt(ec.privateKey, claims);
    const touched = fc
      .tuple(fc.nat(token.length - 2), fc.string({ minLength: 1, maxLength: 2 }))
      .map(([at, text]) => token.slice(0, at) + text + token.slice(at + text.length))
      .filter((text) => text !== token);
    // The last character of a part may hold bits that mean nothing.
    fc.assert(
      fc.property(fc.oneof(touched, fc.string(), fc.constant(`${token}.`)), (text) => {
        const jwt = parseJwt(text);
        if (jwt !== undefined && isSignedBy(text, jwt, keys)) expect(jwt.claims).toEqual(claims);
      }),
      { numRuns: 2_000 },
    );
  });
});
