import { describe, expect, it } from 'vitest';
import { type Candidate, chooseBackend, countRules } from './detect.ts';
import { IptablesError } from './errors.ts';
import { blameLine } from './iptables.ts';
import { run } from './run.ts';

const plain = { prefix: [], timeoutMs: 20_000 };

describe('chooseBackend', () => {
  const candidate = (
    kind: 'nft' | 'legacy',
    kubernetesChains: number,
    rules: number,
    isDefault: boolean,
  ): Candidate => ({
    backend: { kind, save: '', restore: '', version: '' },
    kubernetesChains,
    rules,
    isDefault,
  });

  it('stays with the backend that holds chains of Kubernetes', () => {
    expect(chooseBackend([candidate('nft', 0, 50, true), candidate('legacy', 3, 4, false)])?.kind).toBe('legacy');
  });

  it('else takes the backend with more rules, else the default', () => {
    expect(chooseBackend([candidate('nft', 0, 1, true), candidate('legacy', 0, 4, false)])?.kind).toBe('legacy');
    expect(chooseBackend([candidate('legacy', 0, 0, false), candidate('nft', 0, 0, true)])?.kind).toBe('nft');
    expect(chooseBackend([])).toBeUndefined();
  });

  it('counts chains of Kubernetes and rules in what was saved', () => {
    expect(countRules('*nat\n:KUBE-SERVICES - [0:0]\n:X - [0:0]\n-A X -j Y\n[1:2] -A X -j Z\nCOMMIT\n')).toEqual({
      kubernetesChains: 1,
      rules: 2,
    });
  });
});

describe('blameLine', () => {
  it('adds the text of the failing line', () => {
    const error = new IptablesError('refused', 'iptables-restore exited with 1: iptables-restore: line 2 failed');
    const blamed = blameLine(error, '*nat\n-X ZZ\nCOMMIT\n');
    expect(blamed).toMatchObject({ code: 'refused', line: 2, text: '-X ZZ' });
    expect(blamed.message).toContain('[line 2: -X ZZ]');
  });

  it('leaves an error alone that names no line', () => {
    const error = new IptablesError('refused', 'out of memory');
    expect(blameLine(error, '*nat\n')).toBe(error);
  });
});

describe('run', () => {
  it('passes its input and gives back the output', async () => {
    expect(await run(['cat'], 'hello', plain)).toBe('hello');
  });

  it('says that a program is missing', async () => {
    await expect(run(['no-such-iptables'], '', plain)).rejects.toMatchObject({ code: 'missing' });
  });

  it('kills a program that takes too long', async () => {
    await expect(run(['sleep', '60'], '', { prefix: [], timeoutMs: 20 })).rejects.toMatchObject({ code: 'timeout' });
  });

  it('kills the program when aborted', async () => {
    const abort = new AbortController();
    const running = run(['sleep', '60'], '', { ...plain, signal: abort.signal });
    abort.abort();
    await expect(running).rejects.toMatchObject({ code: 'timeout' });
  });

  it('tells a held lock and a lack of rights from a refusal', async () => {
    const say = (words: string, status: number): Promise<string> =>
      run(['sh', '-c', `echo "${words}" >&2; exit ${status}`], 'x', plain);
    await expect(say('Another app is currently holding the xtables lock.', 4)).rejects.toMatchObject({ code: 'busy' });
    await expect(say("can't initialize: Permission denied (you must be root)", 3)).rejects.toMatchObject({
      code: 'denied',
    });
    await expect(say('line 3 failed', 1)).rejects.toMatchObject({ code: 'refused' });
  });
});
