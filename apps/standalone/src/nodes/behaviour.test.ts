import type { Pod } from '@wherry/api';
import { expect, test } from 'vitest';
import { behaviourAnnotation, behaviourOf, behaviourOfContainer } from './behaviour.ts';

const container = { name: 'app', image: 'i' };
const pod = (metadata: Partial<Pod['metadata']>): Pod => ({
  metadata: { name: 'p', ...metadata },
  spec: { containers: [container] },
});

test('a pod of a Job ends well unless somebody says otherwise', () => {
  const owner = { apiVersion: 'batch/v1', kind: 'Job', name: 'j', uid: 'u', controller: true };
  const ofJob = pod({ ownerReferences: [owner] });
  expect(behaviourOf(ofJob, undefined)).toEqual({ exit: { code: 0 } });
  expect(behaviourOf(ofJob, () => ({ exit: { code: 3 } }))).toEqual({ exit: { code: 3 } });
  expect(behaviourOf(pod({ ownerReferences: [{ ...owner, kind: 'ReplicaSet' }] }), undefined)).toEqual({});
});

test('the annotation outweighs the function, field by field', () => {
  const annotations = { [behaviourAnnotation]: 'ready: false' };
  const told = () => ({ ready: true, startMs: 5 });
  expect(behaviourOf(pod({ annotations }), told)).toEqual({ ready: false, startMs: 5 });
  const broken = { [behaviourAnnotation]: '{' };
  expect(() => behaviourOf(pod({ annotations: broken }), told)).toThrow(`annotation ${behaviourAnnotation}: `);
});

test('what is said of a container outweighs what is said of the pod, which is meant for app containers', () => {
  const told = { startMs: 5, ready: false, containers: { app: { ready: true } } };
  expect(behaviourOfContainer(told, container, 'app')).toMatchObject({ startMs: 5, ready: true });
  expect(behaviourOfContainer(told, { ...container, name: 'other' }, 'app')).toMatchObject({
    startMs: 5,
    ready: false,
  });
  expect(behaviourOfContainer(told, { ...container, name: 'first' }, 'init')).toEqual({ exit: { code: 0 } });
  expect(behaviourOfContainer(told, { ...container, name: 'side' }, 'sidecar')).toEqual({});
});
