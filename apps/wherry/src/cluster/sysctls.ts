import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Places } from './places.ts';

/** The kernel settings of the host that the kubelet and kube-proxy change. */
const SETTINGS = [
  'net/ipv4/ip_forward',
  'net/ipv4/conf/all/route_localnet',
  'net/bridge/bridge-nf-call-iptables',
  'net/bridge/bridge-nf-call-ip6tables',
];

/** Writes down the settings as they are before the first start, so that `restoreSysctls` can put them back. */
export function rememberSysctls(places: Places): void {
  const file = recordFile(places);
  if (existsSync(file)) return;
  const found = SETTINGS.filter((name) => existsSync(`/proc/sys/${name}`));
  const values = Object.fromEntries(found.map((name) => [name, readFileSync(`/proc/sys/${name}`, 'utf8').trim()]));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(values));
}

/** Changes back what differs from the record. */
export function restoreSysctls(places: Places): void {
  const file = recordFile(places);
  if (!existsSync(file)) return;
  const values = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
  for (const [name, value] of Object.entries(values)) {
    const path = `/proc/sys/${name}`;
    if (SETTINGS.includes(name) && existsSync(path) && readFileSync(path, 'utf8').trim() !== value)
      writeFileSync(path, value);
  }
}

function recordFile(places: Places): string {
  return join(places.state, 'sysctls-before.json');
}
