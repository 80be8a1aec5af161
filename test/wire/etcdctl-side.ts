import { spawn } from 'node:child_process';
import { etcdctl, type Pki, type Side } from './etcd-sides.ts';
import type { EtcdctlScenario, Line } from './etcdctl-lines.ts';

export interface Answer {
  readonly line: string;
  readonly code: number | 'ended';
  readonly out: string;
  readonly err: string;
}

/** Nothing takes so long that works: `check perf` writes for a minute. */
const timeoutMs = 120_000;

/** Runs scenarios at one side. Ids that a line may refer to are kept from one to the next. */
export class EtcdctlSide {
  readonly #side: Side;
  readonly #pki: Pki;
  readonly #dir: string;
  readonly #ids = new Map<string, string>();

  constructor(side: Side, pki: Pki, dir: string) {
    this.#side = side;
    this.#pki = pki;
    this.#dir = dir;
  }

  async play({ lines }: EtcdctlScenario): Promise<Answer[]> {
    const answers: Answer[] = [];
    for (const each of lines) {
      const answer = await this.#run(typeof each === 'string' ? { line: each } : each);
      this.#note(answer);
      const out = answer.line.endsWith('-w protobuf') ? withoutHeader(answer.out) : answer.out;
      answers.push({ ...answer, out: this.#mask(out), err: this.#mask(answer.err) });
    }
    return answers;
  }

  /** What one command line answers, as it is. */
  async run(line: Line): Promise<Answer> {
    return this.#run(typeof line === 'string' ? { line } : line);
  }

  async #run({ line, input = '', until, signal }: Exclude<Line, string>): Promise<Answer> {
    const args = this.#arguments(line);
    const { ca, client } = this.#pki;
    const env = {
      ETCDCTL_API: '3',
      ETCDCTL_ENDPOINTS: this.#side.url,
      ETCDCTL_CACERT: ca,
      ETCDCTL_CERT: client.cert,
      ETCDCTL_KEY: client.key,
    };
    const child = spawn(etcdctl, args, { env, timeout: timeoutMs });
    let out = '';
    let err = '';
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    child.stdin.on('error', () => undefined);
    child.stdin.write(input);
    if (until === undefined) child.stdin.end();
    let enough = false;
    // As by Ctrl-C, which has locks given back.
    const end = (): void => {
      enough = true;
      child.kill('SIGINT');
    };
    signal?.addEventListener('abort', end, { once: true });
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString('latin1');
      if (until !== undefined && !enough && out.split('\n').length > until) end();
    });
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on('close', resolve);
      child.on('error', reject);
    });
    if (code === null && !enough) throw new Error(`etcdctl ${line} did not end; so far:\n${out}${err}`);
    return { line, code: enough ? 'ended' : (code ?? -1), out, err };
  }

  #arguments(line: string): string[] {
    const words = line.match(/"[^"]*"|\S+/g) ?? [];
    return words.map((word) =>
      word
        .replaceAll('"', '')
        .replaceAll(/\$([A-Z]+)/g, (_, name: string) =>
          name === 'DIR' ? this.#dir : (this.#ids.get(name) ?? `$${name}`),
        ),
    );
  }

  #note({ line, out }: Answer): void {
    const ids: [string, RegExp][] = [
      ['LEASE', /^lease ([0-9a-f]+) granted/],
      ['LEARNER', /^Member +([0-9a-f]+) added/],
      ['MEMBER', /^([0-9a-f]+), started, .*false$/m],
    ];
    for (const [name, pattern] of ids) {
      const found = pattern.exec(out)?.[1];
      if (found !== undefined && !(name === 'MEMBER' && line !== 'member list -w simple')) this.#ids.set(name, found);
    }
  }

  /** Everything that must differ made alike: ids, addresses, times, sizes, and how wide a table is. */
  #mask(text: string): string {
    // What the client's libraries log goes with what they say.
    let masked = text
      .replaceAll(/^\{"level":.*\n/gm, '')
      .replaceAll(this.#side.url, 'ENDPOINT')
      .replaceAll(this.#dir, 'DIR');
    for (const [name, id] of this.#ids) {
      masked = masked.replaceAll(id, name);
      if (name !== 'LEASE') masked = masked.replaceAll(String(BigInt(`0x${id}`)), name);
    }
    masked = masks.reduce((left, [pattern, by]) => left.replaceAll(pattern, by), masked);
    // Members come in the order of their ids.
    return /^(MEMBER|LEARNER),/.test(masked) ? masked.split('\n').toSorted().join('\n') : masked;
  }
}

/** A response as protobuf begins with its header: a tag, a length of one byte, and the ids in it. */
function withoutHeader(response: string): string {
  return response.startsWith('\n') ? response.slice(2 + response.charCodeAt(1)) : response;
}

const masks: [RegExp, string][] = [
  [
    /"(cluster_id|member_id|raft_term|leader|raftIndex|raftAppliedIndex|raftTerm|dbSize|dbSizeInUse|hash|ID)":-?\d+/g,
    '"$1":N',
  ],
  [/"(ClusterID|MemberID|RaftTerm|Leader|RaftIndex|RaftAppliedIndex|DBSize|DBSizeInUse|Hash|ID)" : \d+/g, '"$1" : N'],
  [/"(id|lease)":\d+/g, '"$1":N'],
  [/"Lease" : [1-9]\d*/g, '"Lease" : N'],
  // Of locks and elections: the lease is part of the key.
  [/\b(m|e)(\d)\/[0-9a-f]+/g, '$1$2/LEASE'],
  [/(added to|removed from|updated in|promoted in) cluster +[0-9a-f]+/g, '$1 cluster ID'],
  [/http:\/\/(127\.0\.0\.1|localhost):\d{4,5}/g, 'http://PEER'],
  [/ {2,}/g, ' '],
  [/-{2,}/g, '-'],
  [/(took = |"took":")[\d.]+[mµ]?s/g, '$1TIME'],
  [/^(ENDPOINT, \w+), [\d.]+, [\d.]+ kB, (true|false), false, \d+, \d+, \d+/gm, '$1, N, N, $2, false, N, N, N'],
  [/"([vV]ersion"(?::| : ))"[\d.]+"/g, '$1N'],
  [/remaining\(\d+s\)/g, 'remaining(N)'],
  [/"ttl":\d+/g, '"ttl":N'],
  // In the order of ids.
  [/^(ETCD_INITIAL_CLUSTER=).*$/gm, '$1...'],
  [/^(ENDPOINT, )\d+$/gm, '$1N'],
  [/\| *(ENDPOINT) .*/g, '| $1 ...'],
];
