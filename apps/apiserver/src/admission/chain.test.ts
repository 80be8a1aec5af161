import { configMaps, resources, type ConfigMap } from '@wherry/api';
import { expect, test } from 'vitest';
import { serverUser, type Registry } from '../registry/registry.ts';
import type { Served } from '../registry/served.ts';
import { noEffects } from '../registry/strategy.ts';
import { mutate, type AdmissionPlugin, type AdmissionRequest } from './chain.ts';
import { chooseAdmissionPlugins } from './plugins.ts';

test('what a plugin is said to concern is something that is served', () => {
  const served = new Set(resources.map(({ group, plural }) => `${group}/${plural}`));
  const plugins = chooseAdmissionPlugins({
    enableAdmissionPlugins: ['DenyServiceExternalIPs'],
    disableAdmissionPlugins: [],
  });
  const unknown = plugins.flatMap(({ concerns = [] }) => concerns.filter((id) => !served.has(id)));
  expect(unknown).toEqual([]);
  expect(plugins.some(({ concerns }) => concerns?.includes('/services'))).toBe(true);
});

test('plugins are asked in order, each after those before it, and only about what concerns them', async () => {
  const asked: string[] = [];
  const plugin = (name: string, concerns: string[] | undefined, waits = false): AdmissionPlugin => ({
    name,
    ...(concerns ? { concerns } : {}),
    mutate() {
      if (!waits) return void asked.push(name);
      return Promise.resolve().then(() => void asked.push(name));
    },
  });
  const admission = [
    plugin('waits', ['/pods', '/configmaps'], true),
    plugin('pods', ['/pods']),
    plugin('all', undefined),
    plugin('mine', ['/configmaps']),
  ];
  const object: ConfigMap = { metadata: { name: 'a', namespace: 'b' } };
  const request: AdmissionRequest = {
    operation: 'CREATE',
    served: { resource: configMaps } as unknown as Served,
    namespace: 'b',
    name: 'a',
    subresource: '',
    user: serverUser,
    now: new Date(0),
    dryRun: false,
    effects: noEffects(),
    object,
  };
  await mutate({ admission } as unknown as Registry, request);
  expect(asked).toEqual(['waits', 'all', 'mine']);
});
