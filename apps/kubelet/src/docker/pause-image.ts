import { once } from 'node:events';
import { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { engineStatus } from './engine-error.ts';
import { pauseProgram } from './pause-elf.ts';
import { tarOf } from './tar.ts';

export const ownPauseImage = 'wherry/pause:1';

/** Makes sure that the sandbox's image is there: our own is built from bytes, another one is pulled. */
export async function ensurePauseImage(docker: Docker, image: string): Promise<void> {
  if (await isPresent(docker, image)) return;
  if (image !== ownPauseImage) {
    await drain((await docker.pull(image)) as Readable);
    return;
  }
  const arch = process.arch;
  if (arch !== 'x64' && arch !== 'arm64') throw new Error(`no pause program for the architecture ${arch}`);
  const archive = Readable.from([tarOf('pause', 0o755, pauseProgram(arch))]);
  const [repo, tag] = image.split(':');
  const changes = ['ENTRYPOINT ["/pause"]', 'LABEL io.wherry=true'];
  await drain((await docker.importImage(archive, { repo, tag, changes })) as unknown as Readable);
}

async function isPresent(docker: Docker, image: string): Promise<boolean> {
  try {
    await docker.getImage(image).inspect();
    return true;
  } catch (error) {
    if (engineStatus(error) === 404) return false;
    throw error;
  }
}

/** Reads a progress stream to its end; Docker reports failures as its last line. */
async function drain(stream: Readable): Promise<void> {
  let tail = '';
  stream.on('data', (chunk: Buffer) => {
    tail = (tail + chunk.toString()).slice(-4096);
  });
  await once(stream, 'end');
  const failure = /"error":"((?:[^"\\]|\\.)*)"/.exec(tail);
  if (failure !== null) throw new Error(failure[1]);
}
