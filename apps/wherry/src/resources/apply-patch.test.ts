import { expect, test } from 'vitest';
import { createApplyPatch } from './apply-patch.ts';
import { lastAppliedOf, withLastApplied } from './last-applied.ts';
import type { ApiResource } from './mapping.ts';
import type { Unstructured } from './unstructured.ts';

const deployments = { group: 'apps', version: 'v1', plural: 'deployments' } as ApiResource;
const crontabs = { group: 'example.com', version: 'v1', plural: 'crontabs' } as ApiResource;

function deployment(...images: [string, string][]): Unstructured {
  const containers = images.map(([name, image]) => ({ name, image }));
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: { template: { spec: { containers } } },
  };
}

test('a container that was taken out of the manifest is deleted; one that the server added stays', () => {
  const before = deployment(['web', 'a:1'], ['old', 'b']);
  const live = deployment(['web', 'a:1'], ['old', 'b'], ['injected', 'c']);
  const { patch, contentType } = createApplyPatch(deployments, before, deployment(['web', 'a:2']), live);
  expect(contentType).toBe('application/strategic-merge-patch+json');
  expect(patch).toMatchObject({
    spec: {
      template: {
        spec: {
          containers: expect.arrayContaining([
            { name: 'web', image: 'a:2' },
            { name: 'old', $patch: 'delete' },
          ]),
        },
      },
    },
  });
  expect(JSON.stringify(patch)).not.toContain('injected');
});

test('what is as it should be needs no patch', () => {
  const same = deployment(['web', 'a']);
  expect(createApplyPatch(deployments, same, same, { ...same, status: { replicas: 1 } }).patch).toEqual({});
});

test('a kind that is not ours gets a JSON merge patch of the same meaning', () => {
  const cron = (spec: object): Unstructured => ({
    apiVersion: 'example.com/v1',
    kind: 'CronTab',
    metadata: { name: 'c' },
    spec,
  });
  const { patch, contentType } = createApplyPatch(
    crontabs,
    cron({ a: 1, b: 2 }),
    cron({ a: 3 }),
    cron({ a: 1, b: 2, c: [1] }),
  );
  expect(contentType).toBe('application/merge-patch+json');
  expect(patch).toEqual({ spec: { a: 3, b: null } });
});

test('the note of what was applied does not contain itself, and ends in a line break', () => {
  const once = withLastApplied(deployment(['web', 'a']));
  expect(lastAppliedOf(once)?.metadata.annotations).toEqual({});
  expect(withLastApplied(once)).toEqual(once);
  expect(Object.values(once.metadata.annotations ?? {})[0]).toMatch(/\}\n$/);
});
