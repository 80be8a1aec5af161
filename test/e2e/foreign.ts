import { setTimeout as sleep } from 'node:timers/promises';
import Docker from 'dockerode';
import { eventually, ok, run, start } from './run.ts';

const docker = new Docker();
const IMAGE = 'somebody/else:1';
const CONTAINER = 'somebody-else';
const CHAIN = 'SOMEBODY-ELSE';

export interface ForeignThings {
  undisturbed(): Promise<boolean>;
  remove(): Promise<void>;
}

/** Another user of this host: an engine of theirs with a running container, and iptables rules of theirs. */
export async function foreignThings(): Promise<ForeignThings> {
  const running = await docker.ping().then(
    () => true,
    () => false,
  );
  const rulesBefore = await ok('iptables-save', []);
  const engine = running ? undefined : start('dockerd', []);
  await eventually('an engine', () => docker.ping());
  // One program that stays, with its libraries.
  await ok('sh', [
    '-c',
    `tar -ch --absolute-names --transform='s,^/,,' $(command -v sleep) $(ldd $(command -v sleep) | grep -o '/[^ ]*') | docker import - ${IMAGE}`,
  ]);
  const sleepPath = (await ok('sh', ['-c', 'command -v sleep'])).trim();
  await ok('docker', ['run', '-d', '--name', CONTAINER, IMAGE, sleepPath, 'infinity']);
  await ok('iptables', ['-t', 'filter', '-N', CHAIN]);
  await ok('iptables', ['-t', 'filter', '-A', CHAIN, '-s', '203.0.113.7/32', '-j', 'DROP']);
  await ok('iptables', ['-t', 'filter', '-I', 'INPUT', '-j', CHAIN]);
  const { Id, State } = await docker.getContainer(CONTAINER).inspect();
  return {
    undisturbed: async () => {
      const now = await docker.getContainer(CONTAINER).inspect();
      return now.Id === Id && now.State.StartedAt === State.StartedAt && now.State.Running;
    },
    remove: async () => {
      await docker.getContainer(CONTAINER).remove({ force: true });
      await docker.getImage(IMAGE).remove();
      if (engine) {
        engine.child.kill('SIGTERM');
        await Promise.race([engine.exited, sleep(20_000)]);
        await run('ip', ['link', 'delete', 'docker0']);
      }
      await ok('iptables-restore', [], { input: rulesBefore });
    },
  };
}
