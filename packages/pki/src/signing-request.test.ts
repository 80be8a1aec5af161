import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { describe, expect, test } from 'vitest';
import { signingRequestFault } from './signing-request.ts';

const algorithms = {
  'ECDSA P-256': { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  'ECDSA P-384': { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' },
  RSA: {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
  },
  Ed25519: { name: 'Ed25519' },
} as const;

async function request(algorithm: (typeof algorithms)[keyof typeof algorithms]): Promise<string> {
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
  const made = await x509.Pkcs10CertificateRequestGenerator.create(
    { name: 'CN=system:node:n1,O=system:nodes', keys, signingAlgorithm: algorithm },
    webcrypto,
  );
  return made.toString('pem');
}

describe('a signing request', () => {
  test.each(Object.entries(algorithms))('signed with %s is right', async (_, algorithm) => {
    expect(signingRequestFault(await request(algorithm))).toBeUndefined();
  });

  test('with another subject than was signed is refused', async () => {
    const pem = await request(algorithms['ECDSA P-256']);
    const der = Buffer.from(pem.replaceAll(/-----[A-Z ]+-----/g, ''), 'base64');
    const at = der.indexOf('system:nodes');
    der.write('system:admin', at);
    const forged = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----`;
    expect(at).toBeGreaterThan(0);
    expect(signingRequestFault(forged)).toBe('x509: signature verification failure');
  });

  test('that is none is refused, whatever it is', async () => {
    const wrong = 'PEM block type must be CERTIFICATE REQUEST';
    expect(signingRequestFault('')).toBe(wrong);
    expect(signingRequestFault('-----BEGIN CERTIFICATE-----\nYQ==\n-----END CERTIFICATE-----')).toBe(wrong);
    const pem = await request(algorithms['ECDSA P-256']);
    const body = pem.replaceAll(/-----[A-Z ]+-----|\s/g, '');
    for (let length = 0; length < body.length; length += 16) {
      const cut = `-----BEGIN CERTIFICATE REQUEST-----\n${body.slice(0, length)}\n-----END CERTIFICATE REQUEST-----`;
      expect(signingRequestFault(cut)).toMatch(/^x509: /);
    }
  });
});
