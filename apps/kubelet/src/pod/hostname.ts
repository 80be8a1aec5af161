import type { Pod } from '@wherry/api';

export interface PodNames {
  readonly hostname: string;
  /** `SUBDOMAIN.NAMESPACE.svc.DOMAIN`, or '' when the pod has no subdomain. */
  readonly domain: string;
  /** What `hostname` prints in its containers. */
  readonly kernelHostname: string;
}

/** The kernel's bound on a hostname, without the byte that ends it. */
const maxKernelHostname = 64;
const maxHostname = 63;

/** A pod's names by its hostname, subdomain, setHostnameAsFQDN and hostnameOverride. @throws {Error} in upstream's words */
export function podNames(pod: Pod, clusterDomain: string): PodNames {
  const { hostname: chosen, subdomain, hostnameOverride, setHostnameAsFQDN } = pod.spec;
  if (hostnameOverride) {
    const hostname = cut(hostnameOverride);
    return { hostname, domain: '', kernelHostname: hostname };
  }
  const hostname = cut(chosen || pod.metadata.name);
  const domain = subdomain ? `${subdomain}.${pod.metadata.namespace}.svc.${clusterDomain}` : '';
  if (setHostnameAsFQDN !== true || domain === '') return { hostname, domain, kernelHostname: hostname };
  const full = `${hostname}.${domain}`;
  if (full.length > maxKernelHostname) {
    throw new Error(
      `failed to construct FQDN from pod hostname and cluster domain, FQDN ${full} is too long (${maxKernelHostname} characters is the max, ${full.length} characters requested)`,
    );
  }
  return { hostname, domain, kernelHostname: full };
}

function cut(name: string): string {
  return name.length <= maxHostname ? name : name.slice(0, maxHostname).replace(/[-.]+$/, '');
}
