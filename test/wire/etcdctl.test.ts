import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kubeRequestCases } from '@wherry/store/etcd-contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientOf, etcdctl, makePki, type Pki, type Side, startOurs, startTheirs, untilReady } from './etcd-sides.ts';
import { etcdctlScenarios } from './etcdctl-lines.ts';
import { EtcdctlSide } from './etcdctl-side.ts';

if (!existsSync(etcdctl)) throw new Error('no etcdctl: run scripts/wire, or set $WHERRY_CLIENTS');

const dir = mkdtempSync(join(tmpdir(), 'wherry-etcdctl-'));
let sides: Side[] = [];

let pki: Pki;

beforeAll(async () => {
  pki = await makePki(dir);
  sides = await Promise.all([startOurs(dir, pki), startTheirs(pki)]);
  for (const side of sides) await untilReady(side, pki);
});
afterAll(async () => {
  for (const side of sides) await side[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true });
});

describe('etcdctl', () => {
  let players: EtcdctlSide[] = [];
  beforeAll(() => {
    players = sides.map((side) => new EtcdctlSide(side, pki, dir));
  });

  for (const scenario of etcdctlScenarios) {
    it(`${scenario.name} as it does with etcd`, async () => {
      const [ours, theirs] = await Promise.all(players.map((player) => player.play(scenario)));
      expect(ours).toEqual(theirs);
    });
  }
});

describe('etcdctl on ours', () => {
  it('mirrors', async () => {
    const { url } = ours();
    const { ca, client } = pki;
    const player = new EtcdctlSide(ours(), pki, dir);
    for (const key of ['a', 'b']) await player.run(`put source/${key} ${key}`);
    const tls = `--dest-cacert=${ca} --dest-cert=${client.cert} --dest-key=${client.key}`;
    const stop = new AbortController();
    const mirroring = player.run({
      line: `make-mirror --prefix=source/ --dest-prefix=mirror/ ${tls} ${new URL(url).host}`,
      signal: stop.signal,
    });
    const mirrored = async () => (await player.run('get mirror/ --prefix')).out;
    await expect.poll(mirrored, { timeout: 20_000 }).toBe('mirror/a\na\nmirror/b\nb\n');
    await player.run('del source/a');
    await player.run('put source/b new');
    await expect.poll(mirrored, { timeout: 20_000 }).toBe('mirror/b\nnew\n');
    stop.abort();
    await mirroring;
  });

  it('saves a snapshot that it takes for whole', async () => {
    const { code } = await new EtcdctlSide(ours(), pki, dir).run('snapshot save $DIR/whole');
    expect([code, statSync(join(dir, 'whole')).size % 512]).toEqual([0, 32]);
  });

  it('checks how fast it is', async () => {
    const { out } = await new EtcdctlSide(ours(), pki, dir).run('check perf --load=s --auto-compact');
    expect(out).toMatch(/Throughput is \d+ writes\/s/);
    expect(out).toMatch(/Slowest request took/);
  });
});

const ours = (): Side => sides.find((side) => side.name === 'ours') as Side;

describe.each(['ours', 'etcd'] as const)('what an upstream kube-apiserver asks for, of %s', (name) => {
  for (const [i, { name: sentence, run }] of kubeRequestCases.entries()) {
    it(sentence, async () => {
      const client = clientOf(sides.find((side) => side.name === name) as Side, pki);
      try {
        await run({ client, prefix: `/case${i}/` });
      } finally {
        client.close();
      }
    });
  }
});
