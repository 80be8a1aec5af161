import type { Pod } from '@wherry/api';
import { expect, test } from 'vitest';
import { isImageName, pullPolicyOf, withTag } from '../images/image-name.ts';
import { containerConfig, oomScore } from './container-config.ts';
import { demultiplex, FrameSplitter } from './log-frames.ts';
import { pauseProgram } from './pause-elf.ts';
import { tarOf } from './tar.ts';

function frame(stream: number, text: string): Buffer {
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(text.length, 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

test('frames are told apart, however they are cut', () => {
  const bytes = Buffer.concat([frame(1, 'out'), frame(2, 'err'), frame(1, 'more')]);
  const whole = demultiplex(bytes).map(({ stream, data }) => [stream, data.toString()]);
  expect(whole).toEqual([
    ['stdout', 'out'],
    ['stderr', 'err'],
    ['stdout', 'more'],
  ]);
  const splitter = new FrameSplitter();
  const pieces = [...bytes].flatMap((byte) => splitter.push(Buffer.from([byte])));
  expect(pieces.map(({ stream, data }) => [stream, data.toString()])).toEqual(whole);
});

test.each(['x64', 'arm64'] as const)('the pause program for %s is a small ELF file', (arch) => {
  const program = pauseProgram(arch);
  expect(program.subarray(0, 4).toString('latin1')).toBe('\x7fELF');
  expect(program.length).toBeLessThan(400);
  expect(program.readBigUInt64LE(96)).toBe(BigInt(program.length));
});

test('a tar archive has the sum of its header', () => {
  const archive = tarOf('pause', 0o755, Buffer.from('x'));
  const header = Buffer.from(archive.subarray(0, 512));
  const sum = Number.parseInt(header.toString('latin1', 148, 154), 8);
  header.fill(' ', 148, 156);
  expect(header.reduce((total, byte) => total + byte, 0)).toBe(sum);
  expect(archive.length % 512).toBe(0);
});

test.each([
  ['web', true],
  ['web:1.2', true],
  ['registry.example.com:5000/a/b_c:v1', true],
  ['a@sha256:' + 'a'.repeat(64), true],
  ['UPPER', false],
  ['web:', false],
  ['-x', false],
  ['a b', false],
  ['', false],
])('%j is an image name: %s', (name, expected) => {
  expect(isImageName(name)).toBe(expected);
});

test('the pull policy follows from the tag when none is given', () => {
  expect(pullPolicyOf(undefined, 'web')).toBe('Always');
  expect(pullPolicyOf(undefined, 'web:latest')).toBe('Always');
  expect(pullPolicyOf(undefined, 'host:5000/web:1')).toBe('IfNotPresent');
  expect(pullPolicyOf('Never', 'web')).toBe('Never');
  expect(withTag('host:5000/web')).toBe('host:5000/web:latest');
});

const pod: Pod = {
  metadata: { name: 'p', namespace: 'ns', uid: 'u1' },
  spec: { containers: [], securityContext: { runAsUser: 1, fsGroup: 7 } },
};

test('a container spec becomes the settings that Docker takes', () => {
  const container = {
    name: 'c',
    image: 'web:1',
    command: ['run', '$(X)'],
    resources: { requests: { cpu: '250m', memory: '64Mi' }, limits: { cpu: '1', memory: '128Mi' } },
    securityContext: { runAsGroup: 2, readOnlyRootFilesystem: true, allowPrivilegeEscalation: false },
  };
  const config = containerConfig({
    owner: { home: '/h', node: 'n' },
    pod: { ...pod, spec: { ...pod.spec, containers: [container] } },
    container,
    attempt: 2,
    sandboxId: 's1',
    imageId: 'sha256:1',
    env: new Map([['X', 'y']]),
    mounts: [],
    messageFile: '/m',
    limits: { memoryBytes: 2 ** 30, lowestOomScore: -1000 },
  });
  expect(config).toMatchObject({
    name: 'k8s_c_p_ns_u1_2',
    Image: 'sha256:1',
    Entrypoint: ['run', 'y'],
    Env: ['X=y'],
    User: '1:2',
    Labels: { 'io.wherry': 'true', 'io.wherry.home': '/h', 'io.kubernetes.pod.uid': 'u1' },
    HostConfig: {
      NetworkMode: 'container:s1',
      CpuShares: 256,
      CpuQuota: 100_000,
      Memory: 128 * 2 ** 20,
      ReadonlyRootfs: true,
      GroupAdd: ['7'],
      SecurityOpt: ['no-new-privileges', 'seccomp=unconfined'],
      OomScoreAdj: 937,
    },
  });
  expect(config).not.toHaveProperty('Cmd');
});

test('the less a container asked for, the sooner it is killed', () => {
  const withRequest = (memory: string | undefined) => {
    const container = { name: 'c', image: 'i', resources: memory === undefined ? {} : { requests: { memory } } };
    return oomScore({ ...pod, spec: { containers: [container] } }, container, 2 ** 30);
  };
  expect(withRequest(undefined)).toBe(1000);
  expect(withRequest('1Ki')).toBe(999);
  expect(withRequest('512Mi')).toBe(500);
  expect(withRequest('1Gi')).toBe(3);
});
