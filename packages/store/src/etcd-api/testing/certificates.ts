import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Certificates {
  ca: string;
  cert: string;
  key: string;
}

/** An authority, and one certificate of it for 127.0.0.1 that serves as a server's and as a client's. PEM. */
export function makeCertificates(): Certificates {
  const dir = mkdtempSync(join(tmpdir(), 'wherry-etcd-api-'));
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { cwd: dir, stdio: 'pipe' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const extension = ['-addext', 'subjectAltName=IP:127.0.0.1'];
  try {
    openssl('req', '-x509', ...newKey, '-keyout', 'ca.key', '-out', 'ca.crt', '-subj', '/CN=etcd-ca');
    openssl('req', ...newKey, ...extension, '-keyout', 'a.key', '-out', 'a.csr', '-subj', '/CN=member');
    const signed = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-copy_extensions', 'copy'];
    openssl('x509', '-req', '-in', 'a.csr', ...signed, '-out', 'a.crt');
    const read = (name: string): string => readFileSync(join(dir, name), 'utf8');
    return { ca: read('ca.crt'), cert: read('a.crt'), key: read('a.key') };
  } finally {
    rmSync(dir, { recursive: true });
  }
}
