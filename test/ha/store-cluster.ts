import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ensureClusterPki, ensureEtcdPki, ensureLeaf } from '@wherry/pki';
import { clusterService, maintenanceService, type Decoded, type statusResponse } from '@wherry/store/etcd-proto';
import { EtcdClient, type Tls } from './etcd-client.ts';
import { MemberProcess } from './member-process.ts';
import { Fabric } from './network.ts';

const APISERVER = fileURLToPath(new URL('../../apps/apiserver/src/main.ts', import.meta.url));
const WAIT_MS = 60_000;
const POLL_MS = 20;

export interface Host {
  readonly index: number;
  readonly name: string;
  readonly address: string;
  readonly process: MemberProcess;
  /** The etcd v3 API. */
  readonly client: EtcdClient;
  readonly clientAddress: string;
  readonly url: string;
  readonly dataDir: string;
}

export interface StoreClusterOptions {
  /** Hosts that there are; as many are members from the beginning unless `members` says fewer. */
  hosts: number;
  members?: number;
  /** A real etcd instead of apiservers, to measure both in the same way. */
  etcd?: string | undefined;
  /** Where each host keeps its data; a folder of the cluster's unless told. */
  dataDirs?: string[];
  flags?: string[];
}

/** Members on hosts of their own, each started by hand. */
export class StoreCluster implements AsyncDisposable {
  readonly folder: string;
  readonly fabric: Fabric;
  readonly hosts: Host[] = [];
  readonly tls: Tls;
  readonly admin: { ca: string; cert: string; key: string };
  readonly #options: StoreClusterOptions;

  private constructor(folder: string, fabric: Fabric, tls: Tls, admin: Tls, options: StoreClusterOptions) {
    this.folder = folder;
    this.fabric = fabric;
    this.tls = tls;
    this.admin = admin;
    this.#options = options;
    for (let index = 0; index < options.hosts; index++) this.hosts.push(this.#host(index));
  }

  static async create(options: StoreClusterOptions): Promise<StoreCluster> {
    const fabric = await Fabric.create(options.hosts);
    const folder = mkdtempSync(join(tmpdir(), 'wherry-ha-'));
    const pki = join(folder, 'pki');
    const now = new Date();
    const ipAddresses = [...Array(options.hosts).keys()].map((host) => fabric.address(host));
    const { ca } = await ensureClusterPki({
      dir: pki,
      dnsNames: ['localhost', 'kubernetes', 'kubernetes.default'],
      ipAddresses: ['127.0.0.1', '10.96.0.1', ...ipAddresses],
      now,
    });
    await ensureEtcdPki({ dir: pki, commonName: 'ha', dnsNames: [], ipAddresses, now });
    const admin = await ensureLeaf(pki, 'admin', ca, now, {
      commonName: 'admin',
      organizations: ['system:masters'],
      usages: ['client'],
    });
    const read = (name: string): string => readFileSync(join(pki, 'etcd', name), 'utf8');
    const tls = { ca: read('ca.crt'), cert: read('healthcheck-client.crt'), key: read('healthcheck-client.key') };
    return new StoreCluster(folder, fabric, tls, { ca: ca.cert, ...admin }, options);
  }

  /** Starts the first members, and waits until all of them answer. */
  async start(): Promise<void> {
    const members = this.hosts.slice(0, this.#options.members ?? this.hosts.length);
    for (const { process } of members) process.start();
    for (const host of members) await this.answers(host);
  }

  async answers(host: Host): Promise<void> {
    await this.eventually(`${host.name} answers`, async () => {
      await host.client.get('/');
      return true;
    });
  }

  /** Of those that can be reached; the newest term counts. */
  async leader(): Promise<Host> {
    let found: Host | undefined;
    await this.eventually('there is a leader', async () => {
      const known = await this.statuses();
      const newest = Math.max(...known.map(({ status }) => status.raftTerm));
      found = known.find(({ status }) => status.raftTerm === newest && status.leader === status.header?.memberId)?.host;
      return found !== undefined;
    });
    return found as Host;
  }

  async statuses(): Promise<{ host: Host; status: Decoded<typeof statusResponse> }[]> {
    const asked = this.hosts.map(async (host) => {
      if (!host.process.running) return [];
      const status = await host.client.call(maintenanceService.status, {}, 500).catch(() => undefined);
      return status === undefined ? [] : [{ host, status }];
    });
    return (await Promise.all(asked)).flat();
  }

  /** All members hold the same, as their checksums say. */
  async agree(): Promise<void> {
    await this.eventually('all members hold the same', async () => {
      const running = this.hosts.filter(({ process }) => process.running);
      await Promise.all(running.map(({ client }) => client.get('/')));
      const known = await Promise.all(running.map(({ client }) => client.call(maintenanceService.hashKv, {}, 10_000)));
      const seen = new Set(
        known.map(({ hash, compactRevision, header }) => `${hash} ${compactRevision} ${header?.revision}`),
      );
      return seen.size === 1;
    });
  }

  async members() {
    const leader = await this.leader();
    return (await leader.client.call(clusterService.memberList, {})).members;
  }

  /** Polls until `condition` holds; a condition that throws does not hold. */
  async eventually(what: string, condition: () => Promise<boolean>, waitMs = WAIT_MS): Promise<void> {
    const deadline = performance.now() + waitMs;
    let failure: unknown;
    for (;;) {
      try {
        if (await condition()) return;
      } catch (error) {
        failure = error;
      }
      if (performance.now() > deadline) break;
      await sleep(POLL_MS);
    }
    const logs = this.hosts.map(({ name, process }) => `--- ${name}\n${process.log(15)}`).join('\n');
    throw new Error(`not within ${waitMs} ms: ${what} (${String(failure)})\n${logs}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { process, client } of this.hosts) {
      client[Symbol.dispose]();
      await process.kill();
    }
    await this.fabric[Symbol.asyncDispose]();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #host(index: number): Host {
    const address = this.fabric.address(index);
    const name = `m${index}`;
    const dataDir = this.#options.dataDirs?.[index] ?? join(this.folder, name);
    mkdirSync(this.folder, { recursive: true });
    const command = this.#options.etcd === undefined ? this.#apiserver(index, dataDir) : this.#etcd(index, dataDir);
    return {
      index,
      name,
      address,
      dataDir,
      process: new MemberProcess([...this.fabric.enter(index), ...command], join(this.folder, `${name}.log`)),
      client: new EtcdClient(`${address}:2379`, this.tls),
      clientAddress: `${address}:2379`,
      url: `https://${address}:6443`,
    };
  }

  /** As in `wherry up`: those who come later know the ones before them. */
  #cluster(index: number): { members: string; state: 'new' | 'existing' } {
    const first = this.#options.members ?? this.#options.hosts;
    const known = [...Array(Math.max(first, index + 1)).keys()];
    const members = known.map((host) => `m${host}=https://${this.fabric.address(host)}:2380`).join(',');
    return { members, state: index < first ? 'new' : 'existing' };
  }

  #apiserver(index: number, dataDir: string): string[] {
    const address = this.fabric.address(index);
    const pki = (name: string): string => join(this.folder, 'pki', name);
    const { members, state } = this.#cluster(index);
    return [
      process.execPath,
      APISERVER,
      `--data-dir=${dataDir}`,
      `--bind-address=${address}`,
      `--advertise-address=${address}`,
      `--tls-cert-file=${pki('apiserver.crt')}`,
      `--tls-private-key-file=${pki('apiserver.key')}`,
      `--client-ca-file=${pki('ca.crt')}`,
      `--service-account-key-file=${pki('sa.pub')}`,
      `--service-account-signing-key-file=${pki('sa.key')}`,
      `--kubelet-client-certificate=${pki('apiserver-kubelet-client.crt')}`,
      `--kubelet-client-key=${pki('apiserver-kubelet-client.key')}`,
      `--etcd-name=m${index}`,
      `--etcd-initial-cluster=${members}`,
      `--etcd-initial-cluster-state=${state}`,
      `--etcd-listen-client-urls=https://${address}:2379`,
      `--etcd-peer-cert-file=${pki('etcd/peer.crt')}`,
      `--etcd-peer-key-file=${pki('etcd/peer.key')}`,
      `--etcd-peer-trusted-ca-file=${pki('etcd/ca.crt')}`,
      `--etcd-server-cert-file=${pki('etcd/server.crt')}`,
      `--etcd-server-key-file=${pki('etcd/server.key')}`,
      `--etcd-server-trusted-ca-file=${pki('etcd/ca.crt')}`,
      ...(this.#options.flags ?? []),
    ];
  }

  #etcd(index: number, dataDir: string): string[] {
    const address = this.fabric.address(index);
    const pki = (name: string): string => join(this.folder, 'pki/etcd', name);
    const { members, state } = this.#cluster(index);
    const tls = ['', 'peer-'].flatMap((prefix) => {
      const name = prefix === '' ? 'server' : 'peer';
      return [
        `--${prefix}cert-file=${pki(`${name}.crt`)}`,
        `--${prefix}key-file=${pki(`${name}.key`)}`,
        `--${prefix}trusted-ca-file=${pki('ca.crt')}`,
        `--${prefix}client-cert-auth`,
      ];
    });
    return [
      this.#options.etcd as string,
      `--name=m${index}`,
      `--data-dir=${dataDir}`,
      `--initial-cluster=${members}`,
      `--initial-cluster-state=${state}`,
      `--listen-client-urls=https://${address}:2379`,
      `--advertise-client-urls=https://${address}:2379`,
      `--listen-peer-urls=https://${address}:2380`,
      `--initial-advertise-peer-urls=https://${address}:2380`,
      '--log-level=error',
      ...tls,
    ];
  }
}
