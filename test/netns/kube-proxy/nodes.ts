import { execFileSync } from 'node:child_process';
import { Host } from './network.ts';

export interface PodPlace {
  readonly host: Host;
  readonly address: string;
  readonly node: string;
}

export interface NodePlace {
  readonly name: string;
  readonly netns: string;
  readonly address: string;
  readonly podCidr: string;
}

/**
 * Three nodes on one wire, with routes to each other's pods and three pods each, and a machine beside them:
 * node N is 192.168.78.N with pods 10.244.N.11, .12 and .13; outside is 192.168.78.9.
 */
export class NodesNetwork implements AsyncDisposable {
  readonly nodes: readonly NodePlace[];
  readonly pods: readonly PodPlace[];
  readonly outside: Host;
  readonly #names: string[] = [];
  readonly #fabric: string;

  constructor(tag: string) {
    this.#fabric = this.#netns(`${tag}-fabric`);
    ip('-n', this.#fabric, 'link', 'add', 'br0', 'type', 'bridge');
    ip('-n', this.#fabric, 'link', 'set', 'br0', 'up');
    this.nodes = [1, 2, 3].map((number) => ({
      name: `node${number}`,
      netns: this.#join(`${tag}-node${number}`, number),
      address: `192.168.78.${number}`,
      podCidr: `10.244.${number}.0/24`,
    }));
    for (const node of this.nodes) this.#prepareNode(node);
    this.pods = this.nodes.flatMap((node, index) => [11, 12, 13].map((last) => this.#pod(tag, node, index + 1, last)));
    this.outside = new Host(this.#join(`${tag}-out`, 9));
    for (const node of this.nodes) ip('-n', `${tag}-out`, 'route', 'add', node.podCidr, 'via', node.address);
  }

  /** A namespace with one foot on the wire. */
  #join(netns: string, number: number): string {
    this.#netns(netns);
    ip('-n', netns, 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', `veth${number}`, 'netns', this.#fabric);
    ip('-n', this.#fabric, 'link', 'set', `veth${number}`, 'master', 'br0', 'up');
    ip('-n', netns, 'addr', 'add', `192.168.78.${number}/24`, 'dev', 'eth0');
    ip('-n', netns, 'link', 'set', 'eth0', 'up');
    return netns;
  }

  #prepareNode(node: NodePlace): void {
    ip('-n', node.netns, 'link', 'add', 'cbr0', 'type', 'bridge');
    ip('-n', node.netns, 'addr', 'add', node.podCidr.replace('0/24', '1/24'), 'dev', 'cbr0');
    ip('-n', node.netns, 'link', 'set', 'cbr0', 'up');
    for (const other of this.nodes) {
      if (other === node) continue;
      ip('-n', node.netns, 'route', 'add', other.podCidr, 'via', other.address);
    }
    ip('-n', node.netns, 'route', 'add', 'default', 'via', '192.168.78.9');
    const settings = ['net.ipv4.ip_forward=1', 'net.bridge.bridge-nf-call-iptables=1'];
    execFileSync('ip', ['netns', 'exec', node.netns, 'sysctl', '-q', '-w', ...settings]);
  }

  #pod(tag: string, node: NodePlace, number: number, last: number): PodPlace {
    const netns = this.#netns(`${tag}-pod${number}${last}`);
    const address = `10.244.${number}.${last}`;
    const link = `pod${last}`;
    ip('-n', node.netns, 'link', 'add', link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', netns);
    ip('-n', node.netns, 'link', 'set', link, 'master', 'cbr0', 'up');
    ip('-n', node.netns, 'link', 'set', link, 'type', 'bridge_slave', 'hairpin', 'on');
    ip('-n', netns, 'addr', 'add', `${address}/24`, 'dev', 'eth0');
    ip('-n', netns, 'link', 'set', 'eth0', 'up');
    ip('-n', netns, 'route', 'add', 'default', 'via', `10.244.${number}.1`);
    return { host: new Host(netns), address, node: node.name };
  }

  #netns(name: string): string {
    ip('netns', 'add', name);
    ip('-n', name, 'link', 'set', 'lo', 'up');
    this.#names.push(name);
    return name;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const hosts = [...this.pods.map((pod) => pod.host), this.outside];
    for (const host of hosts) await host[Symbol.asyncDispose]();
    const gone = new Set(hosts.map((host) => host.netns));
    for (const name of this.#names) if (!gone.has(name)) ip('netns', 'del', name);
  }
}

function ip(...args: string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'inherit'] });
}
