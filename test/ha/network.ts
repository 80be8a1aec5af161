import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Hosts on this machine: network namespaces joined by a bridge in one of its own, which this process reaches too.
 * Host i has the address `<subnet>.<i + 1>`.
 */
export class Fabric implements AsyncDisposable {
  readonly #tag: string;
  readonly #subnet: string;
  readonly #count: number;

  private constructor(count: number) {
    // Several at a time on one machine must not meet.
    this.#tag = `wha${process.pid % 100_000}`;
    this.#subnet = `10.${90 + (process.pid % 100)}.${(process.pid >> 7) % 250}`;
    this.#count = count;
  }

  static async create(count: number): Promise<Fabric> {
    const fabric = new Fabric(count);
    try {
      await fabric.#make();
    } catch (error) {
      await fabric[Symbol.asyncDispose]();
      throw error;
    }
    return fabric;
  }

  address(host: number): string {
    return `${this.#subnet}.${host + 1}`;
  }

  /** Before a command, so that it runs on that host. */
  enter(host: number): string[] {
    return ['nsenter', `--net=/run/netns/${this.#host(host)}`];
  }

  /** Nothing reaches the host and nothing leaves it. */
  async cut(host: number): Promise<void> {
    await run('ip', ['-n', this.#bridge, 'link', 'set', `v${host}`, 'down']);
  }

  async join(host: number): Promise<void> {
    await run('ip', ['-n', this.#bridge, 'link', 'set', `v${host}`, 'up']);
  }

  /** The host says nothing to the other hosts, while this process still reaches it. */
  async mute(host: number): Promise<void> {
    for (const other of this.#others(host)) {
      await run('ip', ['-n', this.#host(host), 'route', 'add', 'blackhole', `${this.address(other)}/32`]);
    }
  }

  async unmute(host: number): Promise<void> {
    for (const other of this.#others(host)) {
      await run('ip', ['-n', this.#host(host), 'route', 'del', 'blackhole', `${this.address(other)}/32`]);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const names = [...Array(this.#count).keys()].map((host) => this.#host(host));
    // With its namespace goes the other end, and with that the one here.
    for (const name of [...names, this.#bridge]) await run('ip', ['netns', 'del', name]).catch(() => undefined);
    await run('ip', ['link', 'del', this.#tag]).catch(() => undefined);
  }

  get #bridge(): string {
    return `${this.#tag}-f`;
  }

  #host(host: number): string {
    return `${this.#tag}-${host}`;
  }

  #others(host: number): number[] {
    return [...Array(this.#count).keys()].filter((other) => other !== host);
  }

  async #make(): Promise<void> {
    const bridge = this.#bridge;
    const ip = (line: string) => run('ip', line.split(' '));
    await ip(`netns add ${bridge}`);
    await ip(`-n ${bridge} link add br0 type bridge`);
    await ip(`-n ${bridge} link set br0 up`);
    for (let host = 0; host < this.#count; host++) {
      const name = this.#host(host);
      await ip(`netns add ${name}`);
      await ip(`-n ${name} link set lo up`);
      await ip(`-n ${bridge} link add v${host} type veth peer name eth0 netns ${name}`);
      await ip(`-n ${bridge} link set v${host} master br0 up`);
      await ip(`-n ${name} addr add ${this.address(host)}/24 dev eth0`);
      await ip(`-n ${name} link set eth0 up`);
    }
    await ip(`link add ${this.#tag} type veth peer name vh netns ${bridge}`);
    await ip(`-n ${bridge} link set vh master br0 up`);
    await ip(`addr add ${this.#subnet}.254/24 dev ${this.#tag}`);
    await ip(`link set ${this.#tag} up`);
  }
}
