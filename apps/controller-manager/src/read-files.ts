import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { ControllerFiles } from './controllers.ts';
import type { Options } from './options.ts';

/** @throws {Error} for a file that cannot be read, or half of a pair */
export async function readControllerFiles(options: Options): Promise<ControllerFiles> {
  const paths = [
    options.rootCaFile,
    options.clusterSigningCertFile,
    options.clusterSigningKeyFile,
    options.serviceAccountPrivateKeyFile,
  ];
  const [rootCa, cert, key, tokenKey] = await Promise.all(
    paths.map(async (path) => (path === undefined ? undefined : readFile(path, 'utf8'))),
  );
  if ((cert === undefined) !== (key === undefined)) {
    throw new Error('--cluster-signing-cert-file and --cluster-signing-key-file must be given together');
  }
  return {
    rootCa,
    signingCa: cert === undefined || key === undefined ? undefined : { cert, key },
    tokenKey: tokenKey === undefined ? undefined : createPrivateKey(tokenKey),
  };
}
