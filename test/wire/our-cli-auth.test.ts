import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCertificateRequest } from '@wherry/pki/certificate-request';
import { oldAndNew } from './clients.ts';
import { access } from './command-lines/access.ts';
import { startControlPlane, type ControlPlane } from './control-plane.ts';
import { runBothSides } from './side-by-side.ts';

/** Our command line beside the newest kubectl, in what concerns who may do what. */
let plane: ControlPlane;
let keys: string;
beforeAll(async () => {
  keys = mkdtempSync(join(tmpdir(), 'our-cli-auth-'));
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  writeFileSync(join(keys, 'sa.key'), privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 });
  writeFileSync(join(keys, 'sa.pub'), publicKey.export({ type: 'spki', format: 'pem' }));
  plane = await startControlPlane([
    `--service-account-key-file=${join(keys, 'sa.pub')}`,
    `--service-account-signing-key-file=${join(keys, 'sa.key')}`,
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
  ]);
});
afterAll(async () => {
  await plane?.stop();
  rmSync(keys, { recursive: true });
});

const newest = oldAndNew.at(-1);
const { request } = await createCertificateRequest({ commonName: 'jane', organizations: [] });

describe('wherry answers as kubectl 1.36 does', () => {
  test.for(access(Buffer.from(request).toString('base64')))('$name', async (scenario) => {
    expect(newest?.name).toBe('kubectl 1.36');
    const { theirs, ours } = await runBothSides(plane, newest?.path ?? '', scenario);
    expect(ours).toEqual(theirs);
  });
});
