import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Mutation, mutations } from './mutations/index.ts';

/**
 * Plants one bug after the other into a copy of the source and plays seeds from 1 on until the simulation notices.
 * Prints the table, and fails if a bug lives.
 */
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    /** Only these; all by default. */
    only: { type: 'string', multiple: true },
    /** So many, beginning with another one each day. */
    some: { type: 'string' },
    /** As of main.ts. */
    scenario: { type: 'string', multiple: true },
    jobs: { type: 'string', default: String(availableParallelism()) },
  },
});

const root = join(import.meta.dirname, '../..');

interface Result {
  mutation: Mutation;
  /** `raft 7: what was found`, or undefined. */
  caught: { seed: number; scenario: string; check: string } | undefined;
}

const chosen = choose();
await checkUnharmed();
const results: Result[] = [];
const queue = [...chosen];
await Promise.all(Array.from({ length: Number(values.jobs) }, work));
const order = new Map(chosen.map((mutation, i) => [mutation, i]));
results.sort((a, b) => (order.get(a.mutation) ?? 0) - (order.get(b.mutation) ?? 0));
console.log('\n| bug | where | first seed | caught by |\n|---|---|---|---|');
for (const { mutation, caught } of results) {
  const by = caught ? `${caught.seed} (${caught.scenario}) | ${caught.check}` : `none of ${values.seeds} | SURVIVES`;
  console.log(`| ${mutation.name}${mutation.published ? ' *' : ''} | ${mutation.room} | ${by} |`);
}
const survivors = results.filter(({ caught }) => !caught);
console.log(`\n${results.length - survivors.length} of ${results.length} bugs caught; * from a published one`);
if (survivors.length > 0) process.exitCode = 1;

function choose(): Mutation[] {
  if (values.only) {
    return values.only.map((name) => {
      const mutation = mutations.find((one) => one.name === name);
      if (!mutation) throw new Error(`no mutation ${name}`);
      return mutation;
    });
  }
  if (values.some === undefined) return mutations;
  const from = (Math.floor(Date.now() / 86_400_000) * Number(values.some)) % mutations.length;
  return [...mutations.slice(from), ...mutations.slice(0, from)].slice(0, Number(values.some));
}

/** The source as it is passes, and every bug can be planted: else the table would say nothing. */
async function checkUnharmed(): Promise<void> {
  const copy = copySource();
  try {
    for (const mutation of chosen) plant(copy, mutation)();
    const failed = await play(copy, Math.min(50, Number(values.seeds)));
    if (failed) throw new Error(`without any bug, ${failed.scenario} ${failed.seed} fails: ${failed.check}`);
  } finally {
    rmSync(copy, { recursive: true });
  }
}

async function work(): Promise<void> {
  const copy = copySource();
  try {
    for (let mutation = queue.shift(); mutation; mutation = queue.shift()) {
      const undo = plant(copy, mutation);
      const result = { mutation, caught: await play(copy, Number(values.seeds)) };
      undo();
      results.push(result);
      const { caught } = result;
      console.log(`${mutation.name}: ${caught ? `${caught.scenario} ${caught.seed}: ${caught.check}` : 'SURVIVES'}`);
    }
  } finally {
    rmSync(copy, { recursive: true });
  }
}

/** Raft, the store and the simulation, with everything else where it is. */
function copySource(): string {
  const copy = mkdtempSync(join(tmpdir(), 'wherry-mutation-'));
  for (const part of ['packages/raft', 'packages/store', 'test/sim']) {
    cpSync(join(root, part), join(copy, part), { recursive: true, filter: (path) => !path.endsWith('node_modules') });
  }
  writeFileSync(join(copy, 'package.json'), '{ "type": "module" }');
  const modules = join(copy, 'node_modules');
  mkdirSync(join(modules, '@wherry'), { recursive: true });
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (name !== '@wherry') symlinkSync(join(root, 'node_modules', name), join(modules, name));
  }
  for (const name of ['raft', 'store']) symlinkSync(join(copy, 'packages', name), join(modules, '@wherry', name));
  return copy;
}

/** Fails unless each text is found exactly once: then the source has changed, and the bug must be written anew. */
function plant(copy: string, mutation: Mutation): () => void {
  if (mutation.edits.length === 0) throw new Error(`${mutation.name} has no edits`);
  const originals = new Map<string, string>();
  for (const { file, find, replace } of mutation.edits) {
    const path = join(copy, file);
    const text = readFileSync(path, 'utf8');
    const times = text.split(find).length - 1;
    if (times !== 1) throw new Error(`${mutation.name}: found ${times} times in ${file}: ${find}`);
    if (!originals.has(path)) originals.set(path, text);
    writeFileSync(
      path,
      text.replace(find, () => replace),
    );
  }
  return () => {
    for (const [path, text] of originals) writeFileSync(path, text);
  };
}

function play(copy: string, seeds: number): Promise<Result['caught']> {
  const args = [join(copy, 'test/sim/main.ts'), '--seeds', String(seeds), '--bail', '--trace', '0'];
  for (const scenario of values.scenario ?? []) args.push('--scenario', scenario);
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { cwd: dirname(copy), maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      const found = /--scenario (\S+) --seed (\d+) {2}(.*)/.exec(stdout);
      if (found)
        resolve({ scenario: found[1] as string, seed: Number(found[2]), check: (found[3] as string).slice(0, 110) });
      else if (error) reject(new Error(`${error.message}\n${stderr}`));
      else resolve(undefined);
    });
  });
}
