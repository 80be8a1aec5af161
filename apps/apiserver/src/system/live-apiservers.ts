import { StorageError, type Storage } from '@wherry/store';

/** Where one of the cluster's apiservers is reached. */
export interface ApiserverAddress {
  readonly ip: string;
  readonly port: number;
}

const PREFIX = '/registry/masterleases/';
/** As upstream's: more than one round of reconciling may fail before an apiserver counts as gone. */
const TTL_SECONDS = 15;

/**
 * Which apiservers there are, by a record of each in the store that ends with its lease (upstream's lease endpoint
 * reconciler): one that dies without a word is gone from the list a little later.
 */
export class LiveApiservers {
  readonly #storage: Storage;
  readonly #self: ApiserverAddress;
  #lease = 0;

  constructor(storage: Storage, self: ApiserverAddress) {
    this.#storage = storage;
    this.#self = self;
  }

  /** Says that this one lives; to be repeated well within the lease. */
  async renew(): Promise<void> {
    if (this.#lease !== 0) {
      try {
        await this.#storage.keepAliveLease(this.#lease);
      } catch (error) {
        if (!(error instanceof StorageError) || error.code !== 'lease-not-found') throw error;
        this.#lease = 0;
      }
    }
    if (this.#lease === 0) this.#lease = (await this.#storage.grantLease(TTL_SECONDS)).id;
    const key = this.#key();
    const { kv } = await this.#storage.get(key);
    if (kv?.lease === this.#lease) return;
    const value = Buffer.from(JSON.stringify(this.#self));
    await this.#storage.txn({ compares: [], success: [{ type: 'put', key, value, lease: this.#lease }] });
  }

  /** By port, then by address. */
  async list(): Promise<ApiserverAddress[]> {
    const { items } = await this.#storage.list(PREFIX);
    const found = items.map(({ value }) => JSON.parse(Buffer.from(value).toString('utf8')) as ApiserverAddress);
    return found.sort((a, b) => a.port - b.port || (a.ip < b.ip ? -1 : 1));
  }

  /** This one goes. */
  async leave(): Promise<void> {
    const lease = this.#lease;
    this.#lease = 0;
    if (lease !== 0) await this.#storage.revokeLease(lease);
  }

  #key(): string {
    return `${PREFIX}${this.#self.ip}:${this.#self.port}`;
  }
}
