import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nextFree, type Cidr } from './cidr.ts';
import type { SandboxKey } from './network.ts';

/** Which sandbox holds which address: one small file an address, so that a kill at any moment leaves whole entries. */
export class Addresses {
  readonly #dir: string;
  readonly #byAddress = new Map<string, SandboxKey>();
  readonly #byKey = new Map<string, string>();
  #last: string | undefined;

  private constructor(dir: string) {
    this.#dir = dir;
  }

  static async open(dir: string): Promise<Addresses> {
    const addresses = new Addresses(dir);
    await mkdir(dir, { recursive: true, mode: 0o700 });
    for (const name of await readdir(dir)) {
      if (!/^\d+(\.\d+){3}$/.test(name)) continue;
      addresses.#remember(name, JSON.parse(await readFile(join(dir, name), 'utf8')) as SandboxKey);
      addresses.#last = name;
    }
    return addresses;
  }

  find(podUid: string, attempt: number): string | undefined {
    return this.#byKey.get(`${podUid}_${attempt}`);
  }

  holders(): SandboxKey[] {
    return [...this.#byAddress.values()];
  }

  /** Throws when the range is used up. */
  async reserve(key: SandboxKey, cidr: Cidr): Promise<string> {
    const held = this.find(key.podUid, key.attempt);
    if (held !== undefined) return held;
    const address = nextFree(cidr, new Set(this.#byAddress.keys()), this.#last);
    if (address === undefined) throw new Error('no addresses are left in the pod range of this node');
    this.#last = address;
    this.#remember(address, key);
    // Written whole, then named: a reader never meets half an entry.
    const draft = join(this.#dir, `.${address}`);
    await writeFile(draft, JSON.stringify({ podUid: key.podUid, attempt: key.attempt }));
    await rename(draft, join(this.#dir, address));
    return address;
  }

  async release(key: SandboxKey): Promise<void> {
    const address = this.find(key.podUid, key.attempt);
    if (address === undefined) return;
    await rm(join(this.#dir, address), { force: true });
    this.#byAddress.delete(address);
    this.#byKey.delete(`${key.podUid}_${key.attempt}`);
  }

  #remember(address: string, key: SandboxKey): void {
    this.#byAddress.set(address, key);
    this.#byKey.set(`${key.podUid}_${key.attempt}`, address);
  }
}
