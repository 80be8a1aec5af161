import { readFileSync } from 'node:fs';
import https from 'node:https';
import { parse } from 'yaml';

interface Kubeconfig {
  clusters: { cluster: { server: string; 'certificate-authority-data': string } }[];
  users: { user: { 'client-certificate-data': string; 'client-key-data': string } }[];
}

/** A request as the admin, byte for byte as given: nothing of a client library in between, which would try again. */
export function rawRequest(
  method: string,
  path: string,
  body: string | Buffer = '',
  contentType = 'application/json',
  kubeconfig = '/etc/wherry/admin.kubeconfig',
): Promise<{ status: number; body: Record<string, unknown> }> {
  const config = parse(readFileSync(kubeconfig, 'utf8')) as Kubeconfig;
  const [cluster, user] = [config.clusters[0]!.cluster, config.users[0]!.user];
  const pem = (data: string): string => Buffer.from(data, 'base64').toString();
  const tls = {
    ca: pem(cluster['certificate-authority-data']),
    cert: pem(user['client-certificate-data']),
    key: pem(user['client-key-data']),
  };
  const server = new URL(cluster.server);
  return new Promise((resolve, reject) => {
    const headers = body.length > 0 ? { 'content-type': contentType, 'content-length': Buffer.byteLength(body) } : {};
    const options = {
      ...tls,
      method,
      path,
      headers,
      host: server.hostname,
      port: server.port,
      agent: false as const,
      timeout: 20_000,
    };
    const request = https.request(options, (response) => {
      let text = '';
      response.on('data', (data: Buffer) => (text += data.toString()));
      response.on('end', () => {
        const isJson = response.headers['content-type']?.includes('json') ?? false;
        resolve({
          status: response.statusCode ?? 0,
          body: isJson ? (JSON.parse(text) as Record<string, unknown>) : { text },
        });
      });
    });
    request.on('timeout', () => request.destroy(new Error(`${method} ${path}: timeout`)));
    request.on('error', reject);
    request.end(body);
  });
}
