import { readFile, writeFile } from 'node:fs/promises';

/** A kernel setting that must have this value. */
export interface Sysctl {
  /** As below /proc/sys. */
  readonly path: string;
  readonly value: string;
  /** What does not work without it. */
  readonly needed: string;
}

export type SysctlOutcome =
  | { readonly kind: 'present' }
  | { readonly kind: 'set'; readonly before: string }
  | { readonly kind: 'failed'; readonly reason: string };

/** What the rules rely on. */
export function neededSysctls(localhostNodePorts: boolean): Sysctl[] {
  return [
    { path: 'net/ipv4/ip_forward', value: '1', needed: 'traffic between pods, and from outside to pods' },
    {
      path: 'net/bridge/bridge-nf-call-iptables',
      value: '1',
      needed: 'a pod that reaches a pod of the same node through a Service',
    },
    ...(localhostNodePorts
      ? [{ path: 'net/ipv4/conf/all/route_localnet', value: '1', needed: 'NodePorts on 127.0.0.1' }]
      : []),
  ];
}

/** Sets it unless it has the value already. Never throws: the kernel may lack it, or forbid it. */
export async function ensureSysctl(sysctl: Sysctl, root = '/proc/sys'): Promise<SysctlOutcome> {
  const file = `${root}/${sysctl.path}`;
  try {
    const before = (await readFile(file, 'utf8')).trim();
    if (before === sysctl.value) return { kind: 'present' };
    await writeFile(file, sysctl.value);
    return { kind: 'set', before };
  } catch (error) {
    return { kind: 'failed', reason: error instanceof Error ? error.message : String(error) };
  }
}
