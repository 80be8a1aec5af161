import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { oldAndNew } from './clients.ts';
import { startControlPlane, type ControlPlane } from './control-plane.ts';
import { listOf, readCorpus, type CorpusFile, type Manifest } from './corpus.ts';
import { sliceOf } from './rotation.ts';

/** The shapes of the documentation's examples, brought in, changed and taken away by stock kubectl, old and new. */
let plane: ControlPlane;
beforeAll(async () => {
  plane = await startControlPlane();
});
afterAll(() => plane?.stop());

const corpus = readCorpus();

test('the corpus is as large as it says', () => {
  expect(corpus.flatMap(({ definitions, manifests }) => [...definitions, ...manifests]).length).toBeGreaterThanOrEqual(
    150,
  );
});

describe.each(oldAndNew)('$name', ({ name: client, path }) => {
  test.each(sliceOf(`corpus with ${client}`, corpus, 4))('$name', (file) => walk(client, path, file));
});

/** What kubectl cannot find unchanged: here as upstream it sends it with every client-side apply. */
function alwaysSent(manifest: Manifest): boolean {
  const text = JSON.stringify(manifest);
  // stringData is never read back; the claims' defaults are in a list without keys; the selector's strategy is `replace`.
  return 'stringData' in manifest || text.includes('"volumeClaimTemplates"') || manifest.kind === 'PodDisruptionBudget';
}

/** Kinds that the old kubectl has no type of are merged by it without merge keys: defaults in lists look like changes. */
const tooNewFor20 =
  /^(batch\/v1 CronJob|policy\/v1|autoscaling\/v2|discovery|flowcontrol|admissionregistration\S* \w*Policy)/;

/** An Event stands in the namespace of what it is about. */
function settled(manifest: Manifest, namespace: string): Manifest {
  if (manifest.kind !== 'Event') return manifest;
  const { involvedObject, ...rest } = manifest as Manifest & { involvedObject: object };
  return { ...rest, involvedObject: { ...involvedObject, namespace } } as Manifest;
}

async function walk(client: string, path: string, file: CorpusFile): Promise<void> {
  const namespace = `corpus-${client.replaceAll(/[^a-z0-9]/g, '-')}-${file.name}`.slice(0, 63);
  const said: string[] = [];
  const kubectl = async (args: string[], input: string): Promise<string[]> => {
    const { code, stdout, stderr } = await plane.kubectl(path, ['-n', namespace, ...args, '-f', '-'], input);
    if (code !== 0) said.push(`${args.join(' ')}: exit code ${code}\n${stdout}${stderr}`);
    return stdout.trim().split('\n');
  };
  expect((await plane.kubectl(path, ['create', 'namespace', namespace])).stderr).toBe('');
  if (file.definitions.length > 0) {
    await kubectl(['apply'], listOf(file.definitions));
    await kubectl(['wait', '--for=condition=Established', '--timeout=30s'], listOf(file.definitions));
  }
  const text = listOf(file.manifests.map((manifest) => settled(manifest, namespace)));
  const expected = (manifest: Manifest, word: string): string[] => {
    if (word !== 'unchanged') return [word];
    return alwaysSent(manifest) ||
      (client === 'kubectl 1.20' && tooNewFor20.test(`${manifest.apiVersion} ${manifest.kind}`))
      ? ['unchanged', 'configured']
      : ['unchanged'];
  };
  const versions = async (): Promise<string[]> => kubectl(['get', '-o', versionPath], text);
  const steps: [string, string[]][] = [];
  const step = (what: string, lines: string[], word: string): void => {
    const found = lines.map((line) => line.replace(/^.* /, ''));
    const right = file.manifests.every((manifest, index) => expected(manifest, word).includes(found[index] ?? ''));
    if (!right || found.length !== file.manifests.length) steps.push([what, lines]);
  };
  step('the first apply', await kubectl(['apply'], text), 'created');
  step('the second apply', await kubectl(['apply'], text), 'unchanged');
  expect(await kubectl(['diff'], text)).toEqual(['']);
  // Defaults inside an atomic map, and numbers that are stored as quantities, make a conflict with what was applied
  // from the client, here as upstream.
  const force = ['apply', '--server-side', '--force-conflicts'];
  step('server-side apply', await kubectl(force, text), 'serverside-applied');
  const before = await versions();
  step('server-side apply again', await kubectl(['apply', '--server-side'], text), 'serverside-applied');
  expect(await versions()).toEqual(before);
  expect(await kubectl(['diff', '--server-side'], text)).toEqual(['']);
  step('label', await kubectl(['label', 'corpus=yes'], text), 'labeled');
  step(
    'patch',
    await kubectl(['patch', '--type=merge', '-p', '{"metadata":{"annotations":{"a":"b"}}}'], text),
    'patched',
  );
  // Server-side apply wrote the annotation of client-side apply in its own way: kubectl may write it anew, once.
  await kubectl(['apply'], text);
  step('the last apply', await kubectl(['apply'], text), 'unchanged');
  await kubectl(['delete', '--grace-period=0', '--force', '--timeout=60s'], text);
  expect(await kubectl(['get', '--ignore-not-found', '-o', 'name'], text)).toEqual(['']);
  if (file.definitions.length > 0) await kubectl(['delete', '--timeout=60s'], listOf(file.definitions));
  await plane.kubectl(path, ['delete', 'namespace', namespace, '--wait=false']);
  expect(said).toEqual([]);
  expect(steps).toEqual([]);
}

const versionPath = 'jsonpath={range .items[*]}{.metadata.name}{" "}{.metadata.resourceVersion}{"\\n"}{end}';
