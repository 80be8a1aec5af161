import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface ServingCertificate {
  /** PEM texts. */
  readonly cert: string;
  readonly key: string;
}

/** The given files, or a certificate of the kubelet's own making, kept for the next start. */
export async function servingCertificate(
  files: { readonly cert: string; readonly key: string },
  dir: string,
  node: { readonly name: string; readonly address: string },
): Promise<ServingCertificate> {
  const given = files.cert !== '' && files.key !== '';
  const own = { cert: join(dir, 'kubelet.crt'), key: join(dir, 'kubelet.key') };
  try {
    const { cert, key } = given ? files : own;
    return { cert: await readFile(cert, 'utf8'), key: await readFile(key, 'utf8') };
  } catch (error) {
    if (given || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const { createCa, issue } = await import('@wherry/pki');
  const made = await issue(await createCa(`${node.name}-ca`), {
    commonName: node.name,
    dnsNames: [node.name],
    ipAddresses: [node.address],
    usages: ['server'],
  });
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await writeFile(own.key, made.key, { mode: 0o600 });
  await writeFile(own.cert, made.cert);
  return made;
}
