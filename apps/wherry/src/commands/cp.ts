import { stat } from 'node:fs/promises';
import { basename, posix, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Readable } from 'node:stream';
import type { Pod } from '@wherry/api';
import { defineCommand, type Invocation } from '../cli/command.ts';
import { CliError, SilentExit } from '../cli/errors.ts';
import { bool, int, string } from '../cli/flags.ts';
import { extract } from '../copy/extract.ts';
import { memberPrefix, parseFileSpec, shellQuoted, type FileSpec } from '../copy/file-spec.ts';
import { nowhere, onto, outputOf, runIn, type Place } from '../copy/remote-tar.ts';
import { TarError } from '../copy/tar-reader.ts';
import { writeTar } from '../copy/tar-writer.ts';
import { chooseContainer, podPath } from '../resources/pod-of.ts';

const flags = {
  container: string(
    'Container name. If omitted, use the kubectl.kubernetes.io/default-container annotation for selecting the container to be attached or the first container in the pod will be chosen',
    '',
    { short: 'c' },
  ),
  'no-preserve': bool("The copied file/directory's ownership and permissions will not be preserved in the container"),
  retries: int(
    'Set number of retries to complete a copy operation from a container. Specify 0 to disable or any negative value for infinite retrying.',
    0,
  ),
};
type Copy = Invocation<typeof flags>;

export const cp = defineCommand({
  name: 'cp',
  summary: 'Copy files and directories to and from containers',
  usage: '<file-spec-src> <file-spec-dest>',
  description: 'The container needs a `tar`. Symbolic links that come from a container are left out.',
  examples: `wherry cp /tmp/foo some-pod:/tmp/bar -c some-container
wherry cp some-namespace/some-pod:/tmp/foo /tmp/bar`,
  flags,
  run: async (invocation) => {
    const { args } = invocation;
    const [from, to] = args;
    if (from === undefined || to === undefined || args.length !== 2)
      throw new CliError('source and destination are required');
    const [source, target] = [parseFileSpec(from), parseFileSpec(to)];
    if (source.pod && target.pod) throw new CliError('one of src or dest must be a local file specification');
    if (source.path === '' || target.path === '') throw new CliError('filepath can not be empty');
    if (source.pod) await copyFromPod(invocation, source, target.path);
    else if (target.pod) await copyToPod(invocation, source.path, target);
    else throw new CliError('one of src or dest must be a remote file specification');
  },
});

async function placeOf(invocation: Copy, spec: FileSpec): Promise<Place> {
  const { session, io, flags: given, err } = invocation;
  const namespace = spec.namespace || (await session.namespace());
  const pod = await session.request<Pod>({
    method: 'GET',
    path: podPath({ metadata: { name: spec.pod, namespace } } as Pod),
  });
  const { phase } = pod.status ?? {};
  if (phase === 'Succeeded' || phase === 'Failed')
    throw new CliError(`cannot exec into a container in a completed pod; current phase is ${phase}`);
  return { session, io, pod, container: chooseContainer(pod, given.container, err) };
}

async function copyToPod(invocation: Copy, path: string, target: FileSpec): Promise<void> {
  const { io, err, flags: given } = invocation;
  const source = resolve(io.cwd, path);
  await stat(source).catch(() => {
    throw new CliError(`${path} doesn't exist in local filesystem`);
  });
  const place = await placeOf(invocation, target);
  const silent = { out: nowhere(), err: nowhere() };
  const intoDirectory = (await runIn(place, ['test', '-d', target.path], silent)) === 0;
  const remote = posix.normalize(intoDirectory ? posix.join(target.path, basename(source)) : target.path);
  const command = [
    'tar',
    ...(given['no-preserve'] ? ['--no-same-permissions', '--no-same-owner'] : []),
    '-xmf',
    '-',
    '-C',
    posix.dirname(remote),
  ];
  const input = writeTar(source, posix.basename(remote));
  const code = await runIn(place, command, { input, out: onto(io.stdout), err: onto(io.stderr) });
  if (code === 0) return;
  err(`command terminated with exit code ${code}\n`);
  throw new SilentExit(code);
}

async function copyFromPod(invocation: Copy, source: FileSpec, path: string): Promise<void> {
  const { io, flags: given, err, out } = invocation;
  const place = await placeOf(invocation, source);
  const { name, namespace } = place.pod.metadata;
  const transfer = new Transfer(place, source.path, given.retries, out);
  try {
    await extract(transfer.bytes(), {
      prefix: memberPrefix(source.path),
      target: resolve(io.cwd, path),
      warn: err,
      symlinkWarning: (link, to) => {
        const instead = `wherry exec -n ${JSON.stringify(namespace)} ${JSON.stringify(name)} -- tar cf - ${JSON.stringify(source.path)} | tar xf -`;
        return `warning: skipping symlink: ${JSON.stringify(link)} -> ${JSON.stringify(to)} (consider using "${instead}")\n`;
      },
    });
  } catch (error) {
    if (!(error instanceof TarError)) throw error;
    // A tar that is cut short has failed, and its exit code says how.
    if ((await transfer.finish()) === 0) throw new CliError(error.message);
  }
  const code = await transfer.finish();
  if (code === 0) return;
  err(`command terminated with exit code ${code}\n`);
  throw new SilentExit(code);
}

const retryPauseMs = 200;

/** A container's tar, asked for again from where it broke off. */
class Transfer {
  #last: { readonly bytes: Readable; readonly ended: Promise<number> } | undefined;
  readonly #place: Place;
  readonly #path: string;
  readonly #retries: number;
  readonly #out: (text: string) => void;

  constructor(place: Place, path: string, retries: number, out: (text: string) => void) {
    this.#place = place;
    this.#path = path;
    this.#retries = retries;
    this.#out = out;
  }

  async *bytes(): AsyncGenerator<Buffer> {
    let received = 0;
    for (let tries = 0; ; ) {
      const { bytes, ended } = outputOf(this.#place, this.#command(received), onto(this.#place.io.stdout));
      this.#last = { bytes, ended };
      for await (const chunk of bytes as AsyncIterable<Buffer>) {
        received += chunk.length;
        yield chunk;
      }
      const failure = await ended.then(
        (code) => (code === 0 ? undefined : new SilentExit(code)),
        (error: unknown) => error,
      );
      if (failure === undefined || failure instanceof SilentExit) return;
      const { signal } = this.#place.io;
      if (signal.aborted || (this.#retries >= 0 && tries >= this.#retries)) throw failure;
      tries++;
      await sleep(retryPauseMs, undefined, { signal });
      this.#out(`Resuming copy at ${received} bytes, retry ${tries}/${this.#retries}\n`);
    }
  }

  /** Lets go what comes after the archive, and returns the exit code. */
  async finish(): Promise<number> {
    this.#last?.bytes.resume();
    return (await this.#last?.ended) ?? 0;
  }

  #command(from: number): string[] {
    if (this.#retries === 0) return ['tar', 'cf', '-', this.#path];
    return ['sh', '-c', `tar cf - ${shellQuoted(this.#path)} | tail -c+${from + 1}`];
  }
}
