import type { ClientConfig, KubeconfigFile } from '@wherry/client';

const name = 'standalone';

/** The same access, in the form that every client of Kubernetes reads. */
export function kubeconfigOf(config: ClientConfig): KubeconfigFile {
  const { servers, ca, token, cert, key } = config;
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server: servers[0], ...(ca && { 'certificate-authority-data': base64(ca) }) } }],
    users: [
      {
        name,
        user: {
          ...(token && { token }),
          ...(cert && { 'client-certificate-data': base64(cert) }),
          ...(key && { 'client-key-data': base64(key) }),
        },
      },
    ],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  };
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
