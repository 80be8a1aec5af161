import { array, bool, duration, int, string } from './flags.ts';

/** Accepted by every command, before or after its name. */
export const globalFlags = {
  as: string('Username to impersonate for the operation.'),
  'as-group': array('Group to impersonate for the operation, this flag can be repeated to specify multiple groups.'),
  'as-uid': string('UID to impersonate for the operation.'),
  'cache-dir': string('Accepted for compatibility; nothing is cached on disk.', '', { hidden: true }),
  'certificate-authority': string('Path to a cert file for the certificate authority'),
  'client-certificate': string('Path to a client certificate file for TLS'),
  'client-key': string('Path to a client key file for TLS'),
  cluster: string('The name of the kubeconfig cluster to use'),
  context: string('The name of the kubeconfig context to use'),
  'insecure-skip-tls-verify': bool(
    "If true, the server's certificate will not be checked for validity. This will make your HTTPS connections insecure",
  ),
  kubeconfig: string('Path to the kubeconfig file to use for CLI requests.'),
  namespace: string('If present, the namespace scope for this CLI request', '', { short: 'n' }),
  'request-timeout': string(
    'The length of time to wait before giving up on a single server request, such as 1s, 2m, 3h. Zero means no timeout.',
    '0',
  ),
  server: string('The address and port of the Kubernetes API server', '', { short: 's' }),
  'tls-server-name': string('Server name to use for server certificate validation.'),
  token: string('Bearer token for authentication to the API server'),
  user: string('The name of the kubeconfig user to use'),
  v: int('number for the log level verbosity', 0, { short: 'v' }),
  'warnings-as-errors': bool('Treat warnings received from the server as errors and exit with a non-zero exit code'),
  'log-flush-frequency': duration('Accepted for compatibility.', 5000, { hidden: true }),
  'match-server-version': bool('Accepted for compatibility.', false, { hidden: true }),
};
