import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openEngine } from './engine.ts';

it('a call to an engine that hangs fails after the time limit, and does not hang with it', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'engine-'));
  const silent = createServer().listen(join(dir, 'docker.sock'));
  await once(silent, 'listening');
  const docker = openEngine(`unix://${join(dir, 'docker.sock')}`, 50);
  await expect(docker.listContainers()).rejects.toThrow('socket hang up');
  silent.close();
  await rm(dir, { recursive: true });
});
