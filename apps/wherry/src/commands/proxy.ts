import { defineCommand } from '../cli/command.ts';
import { CliError } from '../cli/errors.ts';
import { bool, duration, int, string } from '../cli/flags.ts';
import { defaultFilter, type FilterWords } from '../proxy/filter.ts';

export const proxy = defineCommand({
  name: 'proxy',
  summary: 'Run a proxy to the Kubernetes API server',
  usage: '[--port=PORT] [--www=static-dir] [--www-prefix=prefix] [--api-prefix=prefix]',
  description:
    'Serves the API to programs of this machine, with the credentials of the kubeconfig: whoever reaches the address acts as you.',
  examples: `wherry proxy --port=8011
wherry proxy --api-prefix=/k8s-api --www=/my/files
wherry proxy -u /run/user/1000/k8s.sock`,
  flags: {
    'accept-hosts': string('Regular expression for hosts that the proxy should accept.', defaultFilter['accept-hosts']),
    'accept-paths': string('Regular expression for paths that the proxy should accept.', defaultFilter['accept-paths']),
    address: string('The IP address on which to serve on.', '127.0.0.1'),
    'api-prefix': string('Prefix to serve the proxied API under.', '/'),
    'append-server-path': bool(
      'If true, enables automatic path appending of the kube context server path to each request.',
    ),
    'disable-filter': bool(
      'If true, disable request filtering in the proxy. This is dangerous, and can leave you vulnerable to XSRF attacks, when used with an accessible port.',
    ),
    keepalive: duration('The keep-alive period for an active network connection. Set to 0 to disable keepalive.', 0),
    port: int('The port on which to run the proxy. Set to 0 to pick a random port.', 8001, { short: 'p' }),
    'reject-methods': string(
      'Regular expression for HTTP methods that the proxy should reject (example --reject-methods=POST,PUT,PATCH).',
      defaultFilter['reject-methods'],
    ),
    'reject-paths': string(
      'Regular expression for paths that the proxy should reject. Paths specified here will be rejected even accepted by --accept-paths.',
      defaultFilter['reject-paths'],
    ),
    'unix-socket': string('Unix socket on which to run the proxy.', '', { short: 'u' }),
    www: string('Also serve static files from the given directory under the specified prefix.', '', { short: 'w' }),
    'www-prefix': string('Prefix to serve static files under, if static file directory is specified.', '/static/', {
      short: 'P',
    }),
  },
  run: async (invocation) => {
    const { flags, changed, session, io, out, err } = invocation;
    if (changed('port') && changed('unix-socket'))
      throw new CliError('cannot set --unix-socket and --port at the same time');
    if (flags['disable-filter']) {
      if (!flags['unix-socket'])
        err('Request filter disabled, your proxy is vulnerable to XSRF attacks, please be cautious\n');
    }
    const { serveProxy } = await import('../proxy/serve.ts');
    const words: FilterWords | undefined = flags['disable-filter'] ? undefined : flags;
    await serveProxy(await session.client(), {
      words,
      listen: flags['unix-socket'] ? { path: flags['unix-socket'] } : { host: flags.address, port: flags.port },
      apiPrefix: withSlashes(flags['api-prefix']),
      files: flags.www ? { directory: flags.www, prefix: withSlashes(flags['www-prefix']) } : undefined,
      keepAliveMs: flags.keepalive,
      cwd: io.cwd,
      signal: io.signal,
      said: (address) => out(`Starting to serve on ${address}\n`),
    });
  },
});

function withSlashes(prefix: string): string {
  return `/${prefix}/`.replace(/\/+/g, '/');
}
