import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Iptables } from '@wherry/node-iptables';
import type { Logger } from '../logger.ts';
import { Addresses } from './addresses.ts';
import { gatewayOf, ipNumber, parseCidr, type Cidr } from './cidr.ts';
import { ipBatch, run } from './ip-command.ts';
import type { HostPort, PodNetwork, SandboxKey } from './network.ts';
import { bridgeName, podNetworkRules, syncRules, type PortMapping } from './rules.ts';

export interface BridgeOptions {
  /** Where the addresses are kept. */
  readonly dir: string;
  readonly podCidr: string;
  readonly clusterCidr: string;
  readonly mtu: number;
  readonly iptables: Iptables;
  readonly log: Logger;
}

/** Pods on one bridge, each with a veth pair; the bridge has the first address of the node's range. */
export class BridgeNetwork implements PodNetwork {
  readonly #options: BridgeOptions;
  readonly #cidr: Cidr;
  readonly #addresses: Addresses;
  /** By sandbox: the host's ports that lead to it. */
  readonly #ports = new Map<string, readonly PortMapping[]>();
  #syncing: Promise<void> = Promise.resolve();
  /** Sandboxes whose host end was seen standing; a reboot leaves addresses without interfaces. */
  readonly #standing = new Set<string>();

  private constructor(options: BridgeOptions, addresses: Addresses) {
    this.#options = options;
    this.#cidr = parseCidr(options.podCidr);
    this.#addresses = addresses;
    for (const key of addresses.holders()) if (linkExists(hostLink(key))) this.#standing.add(keyText(key));
  }

  /** Opens the address book and puts up bridge, sysctls and rules, as far as they do not stand already. */
  static async open(options: BridgeOptions): Promise<BridgeNetwork> {
    const network = new BridgeNetwork(options, await Addresses.open(join(options.dir, 'addresses')));
    await network.ensure();
    return network;
  }

  /** Puts back what somebody removed from bridge, sysctls and rules. */
  async ensure(): Promise<void> {
    const { mtu } = this.#options;
    const lines = linkExists(bridgeName) ? [] : [`link add ${bridgeName} type bridge`];
    const address = `${gatewayOf(this.#cidr)}/${this.#cidr.prefix}`;
    await ipBatch([...lines, `addr replace ${address} dev ${bridgeName}`, `link set ${bridgeName} mtu ${mtu} up`]);
    await this.#setSysctl('net/ipv4/ip_forward', '1');
    if (!existsSync('/proc/sys/net/bridge')) await run('modprobe', ['br_netfilter']);
    await this.#setSysctl('net/bridge/bridge-nf-call-iptables', '1');
    await this.#syncRules();
  }

  /** One after another: each sync compares with what stands. */
  #syncRules(): Promise<void> {
    const { iptables, podCidr, clusterCidr } = this.#options;
    const sync = (): Promise<void> =>
      syncRules(iptables, podNetworkRules(podCidr, clusterCidr, [...this.#ports.values()].flat()));
    this.#syncing = this.#syncing.then(sync, sync);
    return this.#syncing;
  }

  async expose(sandbox: SandboxKey, ports: readonly HostPort[]): Promise<void> {
    const key = keyText(sandbox);
    const address = this.#addresses.find(sandbox.podUid, sandbox.attempt);
    if (ports.length === 0 || address === undefined || this.#ports.has(key)) return;
    this.#ports.set(
      key,
      ports.map((port) => ({ ...port, address })),
    );
    await this.#syncRules();
  }

  reserve(sandbox: SandboxKey): Promise<string> {
    return this.#addresses.reserve(sandbox, this.#cidr);
  }

  async setUp(sandbox: SandboxKey, pid: number): Promise<void> {
    const address = await this.reserve(sandbox);
    const link = hostLink(sandbox);
    const { mtu } = this.#options;
    // The hardware address follows from the IP address: an address used again never meets a stale neighbour entry.
    const mac = macOf(address);
    await ipBatch([
      ...(linkExists(link) ? [`link del ${link}`] : []),
      `link add ${link} mtu ${mtu} type veth peer name eth0 address ${mac} mtu ${mtu} netns ${pid}`,
      `link set ${link} master ${bridgeName} up`,
      `link set ${link} type bridge_slave hairpin on`,
    ]);
    const inside = [
      'link set lo up',
      `addr add ${address}/${this.#cidr.prefix} dev eth0`,
      'link set eth0 up',
      `route add default via ${gatewayOf(this.#cidr)}`,
    ];
    await ipBatch(inside, pid);
    this.#standing.add(keyText(sandbox));
  }

  async tearDown(sandbox: SandboxKey): Promise<void> {
    const link = hostLink(sandbox);
    this.#standing.delete(keyText(sandbox));
    // The link goes with its namespace, at the same time as this: gone is what we want.
    if (linkExists(link)) {
      await run('ip', ['link', 'del', link]).catch((error: unknown) => {
        if (linkExists(link)) throw error;
      });
    }
    if (this.#ports.delete(keyText(sandbox))) await this.#syncRules();
    await this.#addresses.release(sandbox);
  }

  address(podUid: string, attempt: number): string | undefined {
    return this.#standing.has(keyText({ podUid, attempt })) ? this.#addresses.find(podUid, attempt) : undefined;
  }

  holders(): SandboxKey[] {
    return this.#addresses.holders();
  }

  async #setSysctl(name: string, value: string): Promise<void> {
    const path = join('/proc/sys', name);
    const before = (await readFile(path, 'utf8')).trim();
    if (before === value) return;
    await writeFile(path, value);
    this.#options.log.info({ event: 'sysctlSet', name: name.replaceAll('/', '.'), before, value });
  }
}

/** At most 15 characters: wh and 12 hexadecimal digits, the same for the same sandbox. */
export function hostLink(sandbox: SandboxKey): string {
  return `wh${createHash('sha256').update(keyText(sandbox)).digest('hex').slice(0, 12)}`;
}

export function macOf(address: string): string {
  const bytes = ipNumber(address).toString(16).padStart(8, '0').match(/../g) ?? [];
  return ['0a', '58', ...bytes].join(':');
}

function keyText({ podUid, attempt }: SandboxKey): string {
  return `${podUid}_${attempt}`;
}

/** From /proc, which shows this process's own network namespace; /sys shows the one it was mounted in. */
function linkExists(name: string): boolean {
  return readFileSync('/proc/net/dev', 'utf8')
    .split('\n')
    .some((line) => line.trimStart().startsWith(`${name}:`));
}
