import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run, wherry, type Result } from '../e2e/run.ts';
import type { ControlPlane } from './control-plane.ts';

/**
 * A table of command lines that kubectl and our command line both run, each in a namespace of its own, one after
 * another. `~` stands for the side, in what lives in no namespace. A line may have something on standard input.
 */
export interface Scenario {
  readonly name: string;
  /** Files that both sides find in their working directory. */
  readonly files?: Readonly<Record<string, string>>;
  readonly lines: readonly (string | readonly [line: string, input: string])[];
}

export interface Answer {
  readonly line: string;
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** What each side answered, with everything that must differ made alike. */
export async function runBothSides(
  plane: Pick<ControlPlane, 'kubeconfig' | 'dir'>,
  kubectl: string,
  scenario: Scenario,
): Promise<{ theirs: Answer[]; ours: Answer[] }> {
  const [theirs, ours] = await Promise.all([
    runSide(plane, { program: kubectl, letter: 'k' }, scenario),
    runSide(plane, { program: wherry, letter: 'w' }, scenario),
  ]);
  return { theirs, ours };
}

interface Side {
  readonly program: string;
  readonly letter: 'k' | 'w';
}

async function runSide(plane: Pick<ControlPlane, 'kubeconfig' | 'dir'>, side: Side, scenario: Scenario) {
  const { letter, program } = side;
  const namespace = `${letter}-${scenario.name}`;
  const cwd = join(plane.dir, namespace);
  mkdirSync(cwd, { recursive: true });
  for (const [name, text] of Object.entries(scenario.files ?? {})) {
    mkdirSync(dirname(join(cwd, name)), { recursive: true });
    writeFileSync(join(cwd, name), text.replaceAll('~', letter));
  }
  const env = { KUBECONFIG: plane.kubeconfig, HOME: plane.dir, KUBECACHEDIR: join(plane.dir, 'cache'), PWD: cwd };
  // The default namespace of each side is its own, so that the words are those of an ordinary command line.
  const own = async (line: readonly string[], input = ''): Promise<Result> =>
    await run(program, [...line], { env, input, cwd });
  const context = join(cwd, '.kubeconfig');
  await run('cp', [plane.kubeconfig, context]);
  env.KUBECONFIG = context;
  await own(['config', 'set-context', '--current', `--namespace=${namespace}`]);
  await own(['create', 'namespace', namespace]);
  const answers: Answer[] = [];
  for (const entry of scenario.lines) {
    const [line, input] = typeof entry === 'string' ? [entry, ''] : entry;
    const { code, stdout, stderr } = await own(wordsOf(line.replaceAll('~', letter)), input.replaceAll('~', letter));
    answers.push({ line, code, out: alike(stdout, side, namespace), err: alike(stderr, side, namespace) });
  }
  return answers;
}

/** Splits at spaces outside of single quotes, which are enough for these lines. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/(?:[^\s']+|'[^']*')+/gs)].map(([word]) => word.replaceAll("'", ''));
}

function alike(text: string, { letter }: Side, namespace: string): string {
  return (
    text
      .replaceAll(namespace, 'NAMESPACE')
      .replaceAll('wherry', 'kubectl')
      .replaceAll(new RegExp(`\\b([a-z0-9]+)-${letter}\\b`, 'g'), '$1-~')
      .replaceAll(new RegExp(`side-${letter}\\b`, 'g'), 'side-~')
      // How kubectl's log says a warning.
      .replaceAll(/^W\d{4} .*?\] /gm, 'Warning: ')
      // What diff says of the files that it compared.
      .replaceAll(/(?<=\/(?:LIVE|MERGED)-)\w+/g, 'RANDOM')
      .replaceAll(/^([-+]{3} \S+)\t.*$/gm, '$1')
      .replaceAll(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, 'UID')
      .replaceAll(/((?:resourceVersion|Resource Version)"?: *"?)\d+/g, '$1VERSION')
      .replaceAll(/\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0000 UTC/g, 'TIME')
      .replaceAll(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[-+]\d\d:\d\d)\b/g, 'TIME')
      .replaceAll(/\b[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [-+]\d{4}\b/g, 'TIME')
      .replaceAll(/(?<=^|\s)\d+m?\d*s(?=\s|$)/g, 'AGE')
      // An age may be a letter longer a moment later.
      .replaceAll(/\bAGE {2,}/g, 'AGE  ')
  );
}
