import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Places } from './places.ts';

/** One of the cluster's apiservers on this host, counted from 0, and with it a member of the store. */
export interface ControlPlane {
  /** Of its process, its log and its folder: `apiserver`, `apiserver-2`, ... */
  name: string;
  member: string;
  url: string;
  securePort: number;
  /** The etcd v3 API for administrators, and where the other members reach this one: on the loopback only. */
  clientUrl: string;
  peerUrl: string;
}

export const MAX_CONTROL_PLANES = 7;
/** Where several share a host, each has its ports so far from those of the one before. */
const MEMBER_PORTS = 10;

export function controlPlane(index: number, nodeName: string): ControlPlane {
  const suffix = index === 0 ? '' : `-${index + 1}`;
  const securePort = 6443 + index;
  return {
    name: `apiserver${suffix}`,
    member: `${nodeName}${suffix}`,
    url: `https://127.0.0.1:${securePort}`,
    securePort,
    clientUrl: `https://127.0.0.1:${2379 + MEMBER_PORTS * index}`,
    peerUrl: `https://127.0.0.1:${2380 + MEMBER_PORTS * index}`,
  };
}

export function controlPlanes(count: number, nodeName: string): ControlPlane[] {
  return Array.from({ length: count }, (_, index) => controlPlane(index, nodeName));
}

/** Asked in this order until one answers. */
export const ETCD_CLIENT_URLS: readonly string[] = controlPlanes(3, '').map(({ clientUrl }) => clientUrl);

export function memberFolder(places: Places, { name }: ControlPlane): string {
  return join(places.state, name);
}

/** How many control planes have their data here: what `up` was told before. */
export function presentControlPlanes(places: Places): number {
  let count = 0;
  while (count < MAX_CONTROL_PLANES && existsSync(memberFolder(places, controlPlane(count, '')))) count++;
  return count;
}

/**
 * How many are wanted: as told, else as many as there are. @throws {Error} for a number that no cluster has, or one
 * that would leave some behind
 */
export function wantedControlPlanes(told: number | undefined, present: number): number {
  if (told === undefined) return Math.max(1, present);
  if (!Number.isInteger(told) || told < 1 || told > MAX_CONTROL_PLANES) {
    throw new Error(`--control-planes must be from 1 to ${MAX_CONTROL_PLANES}`);
  }
  if (told < present) {
    throw new Error(
      `there are ${present} control planes here, and up takes none away: see wherry etcd member remove, or run down first`,
    );
  }
  return told;
}
