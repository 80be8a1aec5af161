import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PeerTls } from '../transport/peer-tls.ts';

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];

/** An authority of its own, with a certificate of members on this host and one of mere clients. */
export function makeCertificates(): { member: PeerTls; client: PeerTls } {
  const folder = mkdtempSync(join(tmpdir(), 'wherry-raft-pki-'));
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  try {
    openssl('req', '-x509', ...newKey, '-keyout', 'ca.key', '-out', 'ca.crt', '-subj', '/CN=raft-ca');
    const leaf = (usage: string): PeerTls => {
      writeFileSync(join(folder, 'ext'), `subjectAltName=IP:127.0.0.1,DNS:localhost\nextendedKeyUsage=${usage}\n`);
      openssl('req', ...newKey.slice(0, 5), '-keyout', 'leaf.key', '-out', 'leaf.csr', '-subj', '/CN=member');
      const signed = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'ext'];
      openssl('x509', '-req', '-in', 'leaf.csr', ...signed, '-out', 'leaf.crt');
      const read = (name: string) => readFileSync(join(folder, name));
      return { ca: read('ca.crt'), cert: read('leaf.crt'), key: read('leaf.key') };
    };
    return { member: leaf('serverAuth,clientAuth'), client: leaf('clientAuth') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
