import { defineCommand } from '../../cli/command.ts';
import { CliError } from '../../cli/errors.ts';
import { array, string } from '../../cli/flags.ts';
import { builtIn, createGenerated, generatorFlags, requireName } from './generated.ts';

const rulePattern =
  /^(?<host>[\w*\-.]*)(?<path>\/[^=]*)=(?<service>[\w-]+):(?<port>[\w-]+)(?<tls>,tls(?:=(?<secret>[\w-]*))?)?$/;
const backendPattern = /^(?<service>[\w-]+):(?<port>[\w-]+)$/;

export const createIngress = defineCommand({
  name: 'ingress',
  aliases: ['ing'],
  summary: 'Create an ingress with the specified name',
  usage: 'NAME --rule=host/path=service:port[,tls[=secret]]',
  examples: `# Send one host's requests to a service
wherry create ingress shop --class=nginx --rule="shop.example.com/*=shop:80,tls=shop-cert"`,
  flags: {
    ...generatorFlags,
    annotation: array('Annotation to insert in the ingress object, in the format annotation=value'),
    class: string('Ingress Class to be used'),
    'default-backend': string('Default service for backend, in format of svcname:port'),
    rule: array('Rule in format host/path=service:port[,tls=secretname].'),
  },
  run: async (invocation) => {
    const { flags } = invocation;
    const name = requireName(invocation);
    const backend = flags['default-backend'];
    if (flags.rule.length === 0 && backend === '') {
      throw new CliError(
        'not enough information provided: every ingress has to either specify a default-backend (which catches all traffic) or a list of rules (which catch specific paths)',
      );
    }
    const rules = flags.rule.map(readRule);
    const annotations = Object.fromEntries(flags.annotation.map(readAnnotation));
    if (backend && !backendPattern.test(backend)) {
      throw new CliError('default-backend should be in format servicename:serviceport');
    }
    await createGenerated(invocation, builtIn('networking.k8s.io', 'Ingress', 'ingresses'), name, {
      ...(flags.annotation.length > 0 ? { metadata: { annotations } } : {}),
      spec: {
        ...(backend ? { defaultBackend: backendOf(backendPattern.exec(backend)?.groups) } : {}),
        ...(flags.class ? { ingressClassName: flags.class } : {}),
        ...(rules.length > 0 ? { rules: rulesByHost(rules) } : {}),
        ...tlsOf(rules),
      },
      status: { loadBalancer: {} },
    });
  },
});

type IngressRule = Readonly<Record<'host' | 'path' | 'service' | 'port' | 'tls' | 'secret', string | undefined>>;

function readRule(text: string): IngressRule {
  const groups = rulePattern.exec(text)?.groups;
  if (!groups) {
    throw new CliError(`rule ${text} is invalid and should be in format host/path=svcname:svcport[,tls[=secret]]`);
  }
  return groups as unknown as IngressRule;
}

function readAnnotation(text: string): [string, string] {
  const equals = text.indexOf('=');
  if (equals < 0) throw new CliError(`annotation ${text} is invalid and should be in format key=[value]`);
  return [text.slice(0, equals), text.slice(equals + 1)];
}

function backendOf(groups: Readonly<Record<string, string | undefined>> | undefined): object {
  const port = groups?.['port'] ?? '';
  return {
    service: { name: groups?.['service'], port: /^\d+$/.test(port) ? { number: Number(port) } : { name: port } },
  };
}

/** One rule per host, in the order in which the hosts were named. A path that ends in `*` is a prefix. */
function rulesByHost(rules: readonly IngressRule[]): object[] {
  const hosts = new Map<string, object[]>();
  for (const rule of rules) {
    const prefix = rule.path?.endsWith('*') ?? false;
    const path = prefix ? rule.path?.slice(0, -1) : rule.path;
    const paths = hosts.get(rule.host ?? '') ?? [];
    paths.push({ backend: backendOf(rule), path, pathType: prefix ? 'Prefix' : 'Exact' });
    hosts.set(rule.host ?? '', paths);
  }
  return [...hosts].map(([host, paths]) => ({ ...(host ? { host } : {}), http: { paths } }));
}

/** Hosts that share a secret share an entry; without a secret there is one for all of them. */
function tlsOf(rules: readonly IngressRule[]): { tls?: object[] } {
  const hostsOf = new Map<string, Set<string>>();
  for (const { tls, secret = '', host } of rules) {
    if (tls === undefined) continue;
    const hosts = hostsOf.get(secret) ?? new Set();
    if (host) hosts.add(host);
    hostsOf.set(secret, hosts);
  }
  if (hostsOf.size === 0) return {};
  return {
    tls: [...hostsOf].map(([secretName, hosts]) => ({
      ...(hosts.size > 0 ? { hosts: [...hosts] } : {}),
      ...(secretName ? { secretName } : {}),
    })),
  };
}
