import type { Pod } from '@wherry/api';
import type { PodNames } from '../pod/hostname.ts';

/** /etc/hosts of a pod with its own network. */
export function hostsFile(pod: Pod, podIp: string, { hostname, domain }: PodNames): string {
  const lines = [
    '# Kubernetes-managed hosts file.',
    '127.0.0.1\tlocalhost',
    '::1\tlocalhost ip6-localhost ip6-loopback',
    'fe00::0\tip6-localnet',
    'fe00::0\tip6-mcastprefix',
    'fe00::1\tip6-allnodes',
    'fe00::2\tip6-allrouters',
    `${podIp}\t${domain === '' ? hostname : `${hostname}.${domain}\t${hostname}`}`,
  ];
  return `${lines.join('\n')}\n${aliasLines(pod)}`;
}

/** A pod on the host's network sees the host's names, and its own aliases. */
export function hostNetworkHosts(pod: Pod, hostFile: string): string {
  return `# Kubernetes-managed hosts file (host network).\n${hostFile}${aliasLines(pod)}`;
}

function aliasLines(pod: Pod): string {
  const aliases = pod.spec.hostAliases ?? [];
  if (aliases.length === 0) return '';
  const lines = aliases.map(({ ip, hostnames }) => `${ip}\t${(hostnames ?? []).join('\t')}`);
  return `\n# Entries added by HostAliases.\n${lines.join('\n')}\n`;
}
