/** The addresses of a node's pods, out of its /24: the lowest that is free, from .2 on. */
export class PodAddresses {
  readonly #prefix: string;
  readonly #taken = new Set<number>();
  readonly #byPod = new Map<string, string>();

  constructor(podCidr: string) {
    this.#prefix = podCidr.slice(0, podCidr.lastIndexOf('.') + 1);
  }

  /** The address of the pod with that uid; the one that it `had`, if it is of this node. */
  of(uid: string, had: string | undefined): string {
    const known = this.#byPod.get(uid);
    if (known !== undefined) return known;
    const last = had?.startsWith(this.#prefix) === true ? Number(had.slice(this.#prefix.length)) : this.#lowestFree();
    const address = `${this.#prefix}${last}`;
    this.#taken.add(last);
    this.#byPod.set(uid, address);
    return address;
  }

  release(uid: string): void {
    const address = this.#byPod.get(uid);
    if (address === undefined) return;
    this.#byPod.delete(uid);
    this.#taken.delete(Number(address.slice(this.#prefix.length)));
  }

  #lowestFree(): number {
    for (let last = 2; last < 255; last++) if (!this.#taken.has(last)) return last;
    throw new Error(`no address is free in ${this.#prefix}0/24`);
  }
}
