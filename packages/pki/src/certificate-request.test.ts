import { X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createCa } from './certificate.ts';
import { createCertificateRequest, readCertificateRequest, signCertificateRequest } from './certificate-request.ts';

const names = { dnsNames: ['n1.example'], ipAddresses: ['192.0.2.7'] };
const subject = { commonName: 'system:node:n1', organizations: ['system:nodes'] };

test('a request says who asks, and for which names', async () => {
  const { request } = await createCertificateRequest(subject, names);
  expect(await readCertificateRequest(request)).toEqual({ ...subject, ...names, emailAddresses: [], uris: [] });
});

test('a signed request is a certificate of its own subject, names and usages, and no longer than its authority', async () => {
  const ca = await createCa('ca', { days: 10 });
  const { request, key } = await createCertificateRequest(subject, names);
  const notBefore = new Date();
  const notAfter = new Date(Date.now() + 365 * 86_400_000);
  const usages = ['digital signature', 'key encipherment', 'server auth', 'client auth'];
  const text = await signCertificateRequest(ca, request, { usages, notBefore, notAfter });
  const certificate = new X509Certificate(text);
  const authority = new X509Certificate(ca.cert);
  expect(certificate.verify(authority.publicKey) && certificate.checkIssued(authority)).toBe(true);
  expect(certificate.subject).toBe('O=system:nodes\nCN=system:node:n1');
  expect(certificate.checkHost('n1.example')).toBe('n1.example');
  expect(certificate.checkIP('192.0.2.7')).toBe('192.0.2.7');
  expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
  expect(certificate.ca).toBe(false);
  expect(certificate.validToDate).toEqual(authority.validToDate);
  const { createPrivateKey } = await import('node:crypto');
  expect(certificate.checkPrivateKey(createPrivateKey(key))).toBe(true);
  await expect(signCertificateRequest(ca, request, { usages: ['flying'], notBefore, notAfter })).rejects.toThrow(
    'flying',
  );
});

test('a request that was changed after it was signed is none', async () => {
  const { request } = await createCertificateRequest(subject);
  const der = Buffer.from(request.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');
  const at = der.indexOf('n1');
  der[at] = 'm'.charCodeAt(0);
  const forged = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;
  await expect(readCertificateRequest(forged)).rejects.toThrow('not signed by its own key');
});

test('whatever is sent is no request, or the one that was signed', async () => {
  const { request } = await createCertificateRequest(subject);
  const body = Buffer.from(request.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');
  const wrapped = (der: Uint8Array) =>
    `-----BEGIN CERTIFICATE REQUEST-----\n${Buffer.from(der).toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;
  const broken = fc.tuple(fc.nat(body.length - 1), fc.integer({ min: 1, max: 255 })).map(([at, flip]) => {
    const copy = Buffer.from(body);
    copy[at] = copy[at]! ^ flip;
    return wrapped(copy);
  });
  const texts = fc.oneof(fc.string(), fc.uint8Array({ minLength: 1, maxLength: 400 }).map(wrapped), broken);
  await fc.assert(
    fc.asyncProperty(texts, async (text) => {
      const read = await readCertificateRequest(text).catch((error: unknown) => error);
      // A touch outside of what is signed may mean nothing: then it is still the same request.
      if (!(read instanceof Error)) expect(read).toEqual(await readCertificateRequest(request));
    }),
    { numRuns: 150 },
  );
});
