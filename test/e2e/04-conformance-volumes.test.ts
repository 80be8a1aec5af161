import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, kubectl, ok } from './run.ts';
import { Scene, must, rest, sh, statusOf, stays } from './scene.ts';
import { suiteUp } from './suite.ts';

/** What upstream's conformance descriptions promise of volumes: [sig-storage]. */
const scene = new Scene('conformance-volumes');
beforeAll(async () => {
  await suiteUp();
  await scene.open();
});
afterAll(() => scene.close());

const at = (mountPath: string, more = {}): Record<string, unknown> => ({
  volumeMounts: [{ name: 'v', mountPath, ...more }],
});
const one = (source: Record<string, unknown>): { name: string }[] => [{ name: 'v', ...source }];
const exec = (pod: string, container: string, ...command: string[]): Promise<string> =>
  ok(kubectl, ['exec', '-n', scene.namespace, pod, '-c', container, '--', ...command]);
const downward = {
  items: [
    { path: 'name', fieldRef: { fieldPath: 'metadata.name' } },
    { path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } },
    { path: 'annotations', fieldRef: { fieldPath: 'metadata.annotations' } },
    { path: 'cpu', resourceFieldRef: { containerName: 'c', resource: 'limits.cpu', divisor: '1m' } },
    { path: 'secret-mode', fieldRef: { fieldPath: 'metadata.namespace' }, mode: 0o400 },
  ],
};

scene.add('configmaps', {
  metadata: { name: 'config' },
  data: { 'data-1': 'value-1', 'data-2': 'value-2' },
  binaryData: { bytes: Buffer.from([0xde, 0xca, 0xfe]).toString('base64') },
});
scene.add('secrets', { metadata: { name: 'secret' }, stringData: { key: 'secret-1' } });

describe('emptyDir', () => {
  const probe = 'ls -lnd /v; cat /proc/mounts; echo data > /v/file; cat /v/file';
  scene.pod('empty', {
    volumes: [
      { name: 'v', emptyDir: {} },
      { name: 'm', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
    ],
    containers: [
      sh('c', probe, at('/v')),
      sh('memory', probe, { volumeMounts: [{ name: 'm', mountPath: '/v' }] }),
      sh('user', 'echo mine > /v/mine && ls -ln /v/mine', { ...at('/v'), securityContext: { runAsUser: 1001 } }),
    ],
  });
  it('is writable by everyone, on disk or in memory', async () => {
    expect(await scene.output('empty')).toMatch(/^drwxrwxrwx[^]*\ndata$/);
    const memory = await scene.output('empty', 'memory');
    expect(memory).toMatch(/^drwxrwxrwx[^]*\ndata$/);
    expect(memory).toMatch(/^tmpfs \/v tmpfs .*size=1024k/m);
    expect(await scene.output('empty', 'user')).toMatch(/^-rw-r--r--\s+1\s+1001\s/);
  });

  scene.pod('survives', {
    restartPolicy: 'OnFailure',
    volumes: one({ emptyDir: {} }),
    containers: [sh('c', 'cat /v/file || { echo kept > /v/file; exit 1; }', at('/v'))],
  });
  it('survives a restart of its container', async () => {
    const pod = await scene.ended('survives');
    expect(statusOf(pod)!.restartCount).toBe(1);
    expect(await scene.log('survives')).toBe('kept');
  });

  scene.pod('shared', {
    volumes: one({ emptyDir: {} }),
    containers: [
      sh('writer', 'echo hello > /v/file', at('/v')),
      sh('c', 'until cat /w/file 2> /dev/null; do sleep 0.1; done', at('/w', { readOnly: true })),
    ],
  });
  it('is shared by the containers of a pod', async () => {
    expect(await scene.output('shared')).toBe('hello');
  });
});

describe.each([
  ['configMap', { configMap: { name: 'config' } }, 'data-1', 'value-1'],
  ['secret', { secret: { secretName: 'secret' } }, 'key', 'secret-1'],
  ['projected configMap', { projected: { sources: [{ configMap: { name: 'config' } }] } }, 'data-1', 'value-1'],
  ['projected secret', { projected: { sources: [{ secret: { name: 'secret' } }] } }, 'key', 'secret-1'],
] as const)('%s volume', (kind, source, key, value) => {
  const id = kind.toLowerCase().replace(' ', '-');
  const projected = kind.startsWith('projected');
  const base = projected ? undefined : Object.keys(source)[0]!;
  /** The same source with more in it: for a projected volume, `items` belong to the source and `defaultMode` to the whole. */
  const withMore = (items: unknown[] | undefined, defaultMode?: number): Record<string, unknown> => {
    if (base !== undefined)
      return {
        [base]: {
          ...(source as Record<string, object>)[base],
          ...(items && { items }),
          ...(defaultMode !== undefined && { defaultMode }),
        },
      };
    const [inner] = (source as unknown as { projected: { sources: Record<string, object>[] } }).projected.sources;
    const [name] = Object.keys(inner!);
    return {
      projected: {
        sources: [{ [name!]: { ...inner![name!], ...(items && { items }) } }],
        ...(defaultMode !== undefined && { defaultMode }),
      },
    };
  };
  const look = (file: string): string => `ls -lnL /v/${file}; cat /v/${file}`;
  scene.pod(id, {
    volumes: [
      { name: 'v', ...withMore(undefined) },
      { name: 'mode', ...withMore(undefined, 0o400) },
      { name: 'mapped', ...withMore([{ key, path: 'path/to/file', mode: 0o440 }]) },
    ],
    containers: [
      sh('c', look(key), at('/v')),
      sh('user', look(key), { ...at('/v'), securityContext: { runAsUser: 1000 } }),
      sh('mode', look(key), { volumeMounts: [{ name: 'mode', mountPath: '/v' }] }),
      sh('mapped', `${look('path/to/file')}; ls /v`, { volumeMounts: [{ name: 'mapped', mountPath: '/v' }] }),
      sh('read-only', `echo x > /v/${key}`, at('/v')),
    ],
  });

  it('shows each key as a file, mode 0644, to any user', async () => {
    expect(await scene.output(id)).toMatch(new RegExp(`^-rw-r--r--[^]*\n${value}$`));
    expect(await scene.output(id, 'user')).toMatch(new RegExp(`\n${value}$`));
  });
  it('has the modes and the paths that were asked for, and cannot be written', async () => {
    expect(await scene.output(id, 'mode')).toMatch(/^-r--------/);
    expect(await scene.output(id, 'mapped')).toMatch(new RegExp(`^-r--r-----[^]*\n${value}path$`));
    const pod = await scene.until(
      id,
      'read-only ended',
      (p) => statusOf(p, 'read-only')?.state.terminated !== undefined,
    );
    expect(statusOf(pod, 'read-only')!.state.terminated!.exitCode).not.toBe(0);
  });
});

describe('other sources', () => {
  scene.pod('binary', {
    volumes: one({ configMap: { name: 'config' } }),
    containers: [
      sh('c', '', {
        ...at('/v'),
        command: ['node', '-e', "console.log(require('fs').readFileSync('/v/bytes').toString('hex'))"],
      }),
    ],
  });
  it('shows binary data of a ConfigMap byte for byte', async () => {
    expect(await scene.output('binary')).toBe('decafe');
  });

  scene.pod(
    'downward',
    {
      volumes: one({ downwardAPI: downward }),
      containers: [stays('c', { ...at('/v'), resources: { limits: { cpu: '125m' } } })],
    },
    { labels: { a: '1' }, annotations: { note: 'x "y"' } },
  );
  it('shows a pod its own fields, and follows its labels', async () => {
    await scene.ready('downward');
    const cat = (file: string): Promise<string> => exec('downward', 'c', 'cat', `/v/${file}`);
    expect([await cat('name'), await cat('labels'), await cat('annotations'), await cat('cpu')]).toEqual(
      ['downward', 'a="1"\n', 'note="x \\"y\\""\n', '125'].map((text) => text.trimEnd()),
    );
    expect(await exec('downward', 'c', 'ls', '-lnL', '/v/secret-mode')).toMatch(/^-r--------/);
    await must(
      'PATCH',
      scene.path('pods', 'downward'),
      { metadata: { labels: { b: '2' } } },
      { 'content-type': 'application/merge-patch+json' },
    );
    await eventually('the new label', async () => (await cat('labels')).trimEnd() === 'a="1"\nb="2"');
  });

  scene.pod('projected-all', {
    volumes: one({
      projected: {
        sources: [
          { configMap: { name: 'config', items: [{ key: 'data-1', path: 'c/one' }] } },
          { secret: { name: 'secret' } },
          { downwardAPI: downward },
        ],
      },
    }),
    containers: [sh('c', 'cat /v/c/one /v/key /v/name', { ...at('/v'), resources: { limits: { cpu: '100m' } } })],
  });
  it('projects all its sources into one directory', async () => {
    expect(await scene.output('projected-all')).toBe('value-1secret-1projected-all');
  });

  const name = (n: string) => ({ configMap: { name: n, optional: true } });
  for (const existing of ['to-update', 'to-delete'])
    scene.add('configmaps', { metadata: { name: existing }, data: { k: 'one' } });
  scene.pod('updates', {
    volumes: [
      { name: 'created', ...name('created') },
      { name: 'updated', ...name('to-update') },
      { name: 'deleted', projected: { sources: [name('to-delete')] } },
    ],
    containers: [
      stays('c', { volumeMounts: ['created', 'updated', 'deleted'].map((n) => ({ name: n, mountPath: `/${n}` })) }),
    ],
  });
  it('follows objects that are created, updated and deleted while the pod runs', async () => {
    await scene.ready('updates');
    const shown = async (): Promise<string> =>
      ok(kubectl, [
        'exec',
        '-n',
        scene.namespace,
        'updates',
        '--',
        'sh',
        '-c',
        'for f in created updated deleted; do cat /$f/k 2> /dev/null || echo -n none; echo -n " "; done',
      ]);
    expect(await shown()).toBe('none one one ');
    await must('POST', scene.path('configmaps'), { metadata: { name: 'created' }, data: { k: 'new' } });
    await must(
      'PATCH',
      scene.path('configmaps', 'to-update'),
      { data: { k: 'two' } },
      { 'content-type': 'application/merge-patch+json' },
    );
    await must('DELETE', scene.path('configmaps', 'to-delete'));
    await eventually('all three changes', async () => (await shown()) === 'new two none ');
  });

  it('keeps immutable ConfigMaps and Secrets as they are', async () => {
    for (const plural of ['configmaps', 'secrets']) {
      await must('POST', scene.path(plural), { metadata: { name: 'frozen' }, immutable: true, data: { k: 'b25l' } });
      const answer = await rest<{ message: string }>(
        'PATCH',
        scene.path(plural, 'frozen'),
        { data: { k: 'dHdv' } },
        { 'content-type': 'application/merge-patch+json' },
      );
      expect([answer.status, answer.body.message]).toEqual([
        422,
        expect.stringContaining('data: Forbidden: field is immutable when `immutable` is set'),
      ]);
    }
  });

  scene.pod('many-volumes', {
    volumes: Array.from({ length: 50 }, (_, i) => ({ name: `v${i}`, configMap: { name: 'config' } })),
    containers: [
      sh('c', 'cat /v0/data-1 /v49/data-2', {
        volumeMounts: Array.from({ length: 50 }, (_, i) => ({ name: `v${i}`, mountPath: `/v${i}` })),
      }),
    ],
  });
  it('mounts fifty volumes in one pod', async () => {
    expect(await scene.output('many-volumes')).toBe('value-1value-2');
  });

  scene.pod('late-secret', {
    volumes: one({ secret: { secretName: 'late' } }),
    containers: [sh('c', 'cat /v/k', at('/v'))],
  });
  it('waits for a Secret that does not exist yet, and says so', async () => {
    expect((await scene.event('late-secret', 'FailedMount')).message).toContain('secret "late" not found');
    expect((await scene.get('late-secret')).status.phase).toBe('Pending');
    await must('POST', scene.path('secrets'), { metadata: { name: 'late' }, stringData: { k: 'at last' } });
    expect(await scene.output('late-secret')).toBe('at last');
  });
});

describe('hostPath', () => {
  const path = `/tmp/${scene.namespace}`;
  scene.pod('host-path', {
    volumes: [
      { name: 'v', hostPath: { path, type: 'DirectoryOrCreate' } },
      { name: 'f', hostPath: { path: `${path}-file`, type: 'FileOrCreate' } },
    ],
    containers: [
      sh('c', 'ls -lnd /v; echo x > /v/y; echo z > /f; cat /v/y /f', {
        volumeMounts: [
          { name: 'v', mountPath: '/v' },
          { name: 'f', mountPath: '/f' },
        ],
      }),
    ],
  });
  scene.pod('host-path-bad', {
    volumes: one({ hostPath: { path: '/proc/1/status', type: 'Directory' } }),
    containers: [sh('c', 'true', at('/v'))],
  });
  it('mounts what is on the host, of the type that was asked for', async () => {
    expect(await scene.output('host-path')).toMatch(/^drwxr-xr-x[^]*\nx\nz$/);
    expect((await scene.event('host-path-bad', 'FailedMount')).message).toContain(
      'hostPath type check failed: /proc/1/status is not a directory',
    );
  });
});

describe('subPath', () => {
  scene.pod('sub-path', {
    volumes: [...one({ configMap: { name: 'config' } }), { name: 'e', emptyDir: {} }],
    containers: [
      sh('c', 'cat /one /v/data-2; echo x > /sub/x; ls /all', {
        env: [{ name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
        volumeMounts: [
          { name: 'v', mountPath: '/one', subPath: 'data-1' },
          { name: 'v', mountPath: '/v' },
          { name: 'e', mountPath: '/sub', subPathExpr: 'foo/$(POD)' },
          { name: 'e', mountPath: '/all' },
        ],
      }),
      sh('other', 'until ls /all/foo/sub-path/x 2> /dev/null; do sleep 0.1; done', {
        volumeMounts: [{ name: 'e', mountPath: '/all' }],
      }),
    ],
  });
  it('mounts one file, or a directory that is made when it is missing, with variables in its path', async () => {
    expect(await scene.output('sub-path')).toBe('value-1value-2foo');
    expect(await scene.output('sub-path', 'other')).toBe('/all/foo/sub-path/x');
  });

  for (const [name, value] of [
    ['absolute', '/tmp'],
    ['dots', '../x'],
  ])
    scene.pod(`sub-path-${name}`, {
      volumes: one({ emptyDir: {} }),
      containers: [sh('c', 'true', { env: [{ name: 'P', value }], ...at('/v', { subPathExpr: '$(P)' }) })],
    });
  scene.pod('sub-path-absent', {
    volumes: one({ emptyDir: {} }),
    containers: [sh('c', 'true', at('/v', { subPathExpr: '$(ABSENT)' }))],
  });
  it('refuses a path that expands to something absolute, leads out, or has unknown variables', async () => {
    for (const name of ['absolute', 'dots', 'absent'])
      await scene.until(
        `sub-path-${name}`,
        'refused',
        (p) => statusOf(p)?.state.waiting?.reason === 'CreateContainerConfigError',
      );
  });

  scene.pod(
    'sub-path-fixed',
    {
      volumes: [
        { name: 'v', emptyDir: {} },
        { name: 'd', downwardAPI: { items: [{ path: 'x', fieldRef: { fieldPath: 'metadata.annotations' } }] } },
      ],
      containers: [
        sh('c', 'echo started', {
          env: [{ name: 'P', valueFrom: { fieldRef: { fieldPath: "metadata.annotations['sub']" } } }],
          ...at('/v', { subPathExpr: '$(P)' }),
        }),
      ],
    },
    { annotations: { sub: '../bad' } },
  );
  it('starts the container once an annotation that its path is made of is good', async () => {
    await scene.until(
      'sub-path-fixed',
      'refused',
      (p) => statusOf(p)?.state.waiting?.reason === 'CreateContainerConfigError',
    );
    await must(
      'PATCH',
      scene.path('pods', 'sub-path-fixed'),
      { metadata: { annotations: { sub: 'good' } } },
      { 'content-type': 'application/merge-patch+json' },
    );
    expect(await scene.output('sub-path-fixed')).toBe('started');
  });
});
