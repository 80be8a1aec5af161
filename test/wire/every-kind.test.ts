import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, start } from '../e2e/run.ts';
import { oldAndNew } from './clients.ts';
import { startControlPlane, type ControlPlane } from './control-plane.ts';
import { readCorpus, type Manifest } from './corpus.ts';
import { sliceOf } from './rotation.ts';

/** Every verb of stock kubectl on every kind that can be created, in upstream's words. */
let plane: ControlPlane;
beforeAll(async () => {
  plane = await startControlPlane();
});
afterAll(() => plane?.stop());

/** The first manifest of every kind in the corpus; CustomResourceDefinitions have a test of their own. */
const kinds = new Map<string, Manifest>();
for (const manifest of readCorpus().flatMap(({ manifests }) => manifests)) {
  const { apiVersion, kind } = manifest;
  if (apiVersion.includes('corpus.example.com')) continue;
  if (!kinds.has(`${apiVersion} ${kind}`)) kinds.set(`${apiVersion} ${kind}`, manifest);
}
/** A selector or a template that may not change leaves nothing that replace could do but write the same again. */
const strategicMergeAlone = ['--type=strategic', '-p', '{"metadata":{"annotations":{"strategic":"yes"}}}'];

test('the corpus has every kind that can be created and is served in its group’s own version', async () => {
  const { stdout } = await plane.kubectl(oldAndNew.at(-1)!.path, ['api-resources', '--verbs=create,get', '-o', 'name']);
  const served = new Set(stdout.trim().split('\n'));
  const { stdout: table } = await plane.kubectl(oldAndNew.at(-1)!.path, [
    'api-resources',
    '--verbs=create,get',
    '--no-headers',
  ]);
  const missing = table
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .map((cells) => `${cells.at(-3)} ${cells.at(-1)}`)
    .filter(
      (kind) =>
        !kinds.has(kind) && !['CustomResourceDefinition', 'APIService', 'IPAddress'].includes(kind.split(' ')[1]!),
    );
  expect(served.size).toBeGreaterThan(45);
  // The second name of Event, and the newer version of a kind, whose older one is in the corpus too.
  expect(missing.filter((kind) => kind !== 'events.k8s.io/v1 Event')).toEqual([]);
});

describe.each(oldAndNew)('$name', ({ name: client, path }) => {
  test.each(sliceOf(`kinds with ${client}`, [...kinds.keys()], 4))('%s', async (id) => {
    const { metadata, ...rest } = kinds.get(id)! as Manifest & { metadata: { namespace?: string } };
    const name = `every-${metadata.name}`;
    const text = JSON.stringify({ ...rest, metadata: { ...metadata, name } });
    const kubectl = async (args: string[], input = text): Promise<string> => {
      const { code, stdout, stderr } = await plane.kubectl(path, args, input);
      if (code !== 0) throw new Error(`${args.join(' ')}: exit code ${code}\n${stdout}${stderr}`);
      return stdout.trim();
    };
    const fails = async (args: string[]): Promise<string> => {
      const { code, stdout, stderr } = await plane.kubectl(path, args, text);
      expect([args, code]).toEqual([args, 1]);
      return (stdout + stderr).trim();
    };
    const id3 = await kubectl(['create', '-f', '-', '-o', 'name']);
    const [type = ''] = id3.split('/');
    expect(id3).toBe(`${type}/${name}`);
    const plural = await pluralOf(path, type);
    expect(await fails(['create', '-f', '-'])).toBe(
      `Error from server (AlreadyExists): error when creating "STDIN": ${plural} "${name}" already exists`,
    );
    expect(await kubectl(['get', '-f', '-', '-o', 'name'])).toBe(id3);
    expect(await kubectl(['get', type, name, '--no-headers'])).not.toBe('');
    expect(await kubectl(['get', type, '-o', 'wide'])).toMatch(/^(NAME|LAST SEEN)/);
    expect(JSON.parse(await kubectl(['get', type, name, '-o', 'json']))).toMatchObject({ metadata: { name } });
    expect(await kubectl(['get', type, `--field-selector=metadata.name=${name}`, '-o', 'name'])).toBe(id3);
    const described = await plane.kubectl(path, ['describe', type, name]);
    // Of some kinds kubectl 1.20 describes the beta version, which no server has any more.
    const beta = client === 'kubectl 1.20' && described.stderr.includes('could not find the requested resource');
    if (!beta) expect([described.stderr, described.stdout.includes(name)]).toEqual(['', true]);
    expect(await kubectl(['label', type, name, 'verb=label'])).toBe(`${id3} labeled`);
    expect(await kubectl(['get', type, '-l', 'verb=label', '-o', 'name'])).toBe(id3);
    expect(await kubectl(['annotate', type, name, 'verb=annotate'])).toBe(`${id3} annotated`);
    expect(await kubectl(['patch', type, name, '--type=merge', '-p', '{"metadata":{"labels":{"verb":null}}}'])).toBe(
      `${id3} patched`,
    );
    const jsonPatch = '[{"op":"add","path":"/metadata/labels","value":{"verb":"json"}}]';
    expect(await kubectl(['patch', type, name, '--type=json', '-p', jsonPatch])).toBe(`${id3} patched`);
    expect(await kubectl(['patch', type, name, ...strategicMergeAlone])).toBe(`${id3} patched`);
    expect(await kubectl(['patch', type, name, ...strategicMergeAlone])).toBe(`${id3} patched (no change)`);
    const whole = await kubectl(['get', type, name, '-o', 'json']);
    expect(await kubectl(['replace', '-f', '-'], whole)).toBe(`${id3} replaced`);
    const watch = start(path, ['--kubeconfig', plane.kubeconfig, 'get', type, name, '-w', '-o', 'name']);
    await eventually('the watch shows it', () => Promise.resolve(watch.output().includes(id3)));
    expect(await kubectl(['delete', type, name, '--dry-run=server', '--wait=false'])).toContain('server dry run');
    expect(await kubectl(['delete', type, name, '--grace-period=0', '--force', '--timeout=60s'])).toContain(
      `${type} "${name}" force deleted`,
    );
    watch.child.kill();
    await watch.exited;
    expect(await fails(['get', type, name])).toBe(`Error from server (NotFound): ${plural} "${name}" not found`);
    expect(await fails(['delete', type, name])).toBe(`Error from server (NotFound): ${plural} "${name}" not found`);
  });
});

/** `configmap` -> `configmaps`, `job.batch` -> `jobs.batch`: as error messages name them. */
async function pluralOf(path: string, type: string): Promise<string> {
  const { stdout } = await plane.kubectl(path, ['api-resources', '-o', 'name']);
  const [singular = '', ...group] = type.split('.');
  const suffix = group.length === 0 ? '' : `.${group.join('.')}`;
  const found = stdout
    .split('\n')
    .find(
      (name) =>
        name.endsWith(suffix) &&
        [`${singular}s`, `${singular}es`, singular, singular.replace(/y$/, 'ies')].some(
          (plural) => name === plural + suffix,
        ),
    );
  return found ?? type;
}
