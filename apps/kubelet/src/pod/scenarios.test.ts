import type { Container, EphemeralContainer, Pod } from '@wherry/api';
import { describe, expect, test } from 'vitest';
import { specHash } from './facts.ts';
import { newHistory, type PodHistory } from './history.ts';
import type { ObservedContainer, ObservedPod, ObservedSandbox } from './observed.ts';
import { planPod } from './plan.ts';
import { podStatus } from './status.ts';

/** Golden scenarios: what is there -> what is planned and reported. `vitest -u` rewrites testdata; review the diff. */

const startMs = Date.parse('2026-01-01T00:00:00Z');
const at = (seconds: number): number => startMs + seconds * 1000;

interface Scenario {
  readonly pod: Pod;
  readonly observed: ObservedPod;
  readonly history?: Partial<PodHistory>;
  readonly nowMs?: number;
  readonly removed?: boolean;
}

function container(name: string, more: Partial<Container> = {}): Container {
  return { name, image: 'web:1', imagePullPolicy: 'IfNotPresent', ...more };
}

function pod(spec: Partial<Pod['spec']>, more: { metadata?: object; status?: Pod['status'] } = {}): Pod {
  return {
    metadata: { name: 'web', namespace: 'default', uid: 'u1', generation: 1, ...more.metadata },
    spec: { containers: [container('app')], restartPolicy: 'Always', terminationGracePeriodSeconds: 30, ...spec },
    status: more.status,
  };
}

function sandbox(attempt = 0, more: Partial<ObservedSandbox> = {}): ObservedSandbox {
  return {
    id: `sandbox-${attempt}`,
    attempt,
    running: true,
    pid: 100,
    createdAtMs: at(0),
    ip: '10.244.0.5',
    networkReady: true,
    ...more,
  };
}

function instance(name: string, attempt = 0, more: Partial<ObservedContainer> = {}): ObservedContainer {
  return {
    id: `${name}-${attempt}`,
    name,
    attempt,
    sandboxId: 'sandbox-0',
    state: 'running',
    pid: 200,
    createdAtMs: at(1),
    startedAtMs: at(2),
    finishedAtMs: 0,
    exitCode: 0,
    oomKilled: false,
    startError: '',
    message: '',
    image: 'web:1',
    imageId: 'docker://sha256:abc',
    specHash: specHash(container(name)),
    ...more,
  };
}

function exited(name: string, exitCode: number, attempt = 0, more: Partial<ObservedContainer> = {}): ObservedContainer {
  return instance(name, attempt, { state: 'exited', exitCode, finishedAtMs: at(10), ...more });
}

const sidecar = container('proxy', { restartPolicy: 'Always' });
const deleted = { deletionTimestamp: '2026-01-01T00:00:30Z', deletionGracePeriodSeconds: 30 };
const nothing: ObservedPod = { sandboxes: [], containers: [] };

const debuggerOf = (name: string): EphemeralContainer => ({ name, image: 'tools:1', imagePullPolicy: 'IfNotPresent' });
const debuggerStatus = { name: 'debug', image: 'tools:1', imageID: '', ready: false, restartCount: 0, lastState: {} };

const scenarios: Readonly<Record<string, Scenario>> = {
  'a new pod gets a sandbox and its containers at once': { pod: pod({}), observed: nothing },
  'a new pod with init containers starts the first one only': {
    pod: pod({ initContainers: [container('one'), container('two')] }),
    observed: nothing,
  },
  'the second init container follows the first': {
    pod: pod({ initContainers: [container('one'), container('two')] }),
    observed: { sandboxes: [sandbox()], containers: [exited('one', 0)] },
  },
  'a failed init container is tried again after its back-off': {
    pod: pod({ initContainers: [container('one')] }),
    observed: { sandboxes: [sandbox()], containers: [exited('one', 1)] },
    history: { restarts: { one: { delayMs: 10_000, lastUpdateMs: at(9) } } },
  },
  'a failed init container ends a pod that never restarts': {
    pod: pod({ initContainers: [container('one')], restartPolicy: 'Never' }),
    observed: { sandboxes: [sandbox()], containers: [exited('one', 1)] },
  },
  'a pod that ended in its init containers keeps saying that the others never had their turn': {
    pod: pod({ initContainers: [container('one'), container('two')], restartPolicy: 'Never' }),
    observed: { sandboxes: [], containers: [exited('one', 1)] },
    history: { released: true },
  },
  'a pod deleted among its init containers counts as failed': {
    pod: pod({ initContainers: [container('one'), container('two')] }, { metadata: deleted }),
    observed: { sandboxes: [sandbox()], containers: [exited('one', 1)] },
  },
  'app containers wait until a sidecar has started': {
    pod: pod({ initContainers: [{ ...sidecar, startupProbe: { exec: { command: ['true'] } } }] }),
    observed: { sandboxes: [sandbox()], containers: [instance('proxy')] },
    history: { probes: { 'proxy-0': { started: false } } },
  },
  'a dead sidecar is started again beside the apps': {
    pod: pod({ initContainers: [sidecar] }),
    observed: { sandboxes: [sandbox()], containers: [instance('app'), exited('proxy', 1)] },
  },
  'a running pod needs nothing': {
    pod: pod({}),
    observed: { sandboxes: [sandbox()], containers: [instance('app')] },
  },
  'a container whose readiness probe fails is not ready': {
    pod: pod({ containers: [container('app', { readinessProbe: { tcpSocket: { port: 80 } } })] }),
    observed: { sandboxes: [sandbox()], containers: [instance('app')] },
    history: { probes: { 'app-0': { started: true, ready: false } } },
  },
  'a container that fails its liveness probe is killed': {
    pod: pod({ containers: [container('app', { livenessProbe: { tcpSocket: { port: 80 } } })] }),
    observed: { sandboxes: [sandbox()], containers: [instance('app')] },
    history: { probes: { 'app-0': { started: true, failed: 'liveness' } } },
  },
  'a container whose image changed is killed': {
    pod: pod({ containers: [container('app', { image: 'web:2' })] }),
    observed: { sandboxes: [sandbox()], containers: [instance('app')] },
  },
  'the first exit is followed by a restart at once, in the same sandbox': {
    pod: pod({}),
    observed: { sandboxes: [sandbox()], containers: [exited('app', 137)] },
  },
  'a container that keeps exiting waits in CrashLoopBackOff': {
    pod: pod({}),
    observed: { sandboxes: [sandbox()], containers: [exited('app', 1, 3), exited('app', 1, 2)] },
    history: { restarts: { app: { delayMs: 40_000, lastUpdateMs: at(5) } } },
  },
  'a container killed for memory says so': {
    pod: pod({ restartPolicy: 'Never' }),
    observed: { sandboxes: [sandbox()], containers: [exited('app', 137, 0, { oomKilled: true })] },
  },
  'a container that could not be started says why': {
    pod: pod({ restartPolicy: 'Never' }),
    observed: {
      sandboxes: [sandbox()],
      containers: [exited('app', 127, 0, { startError: 'exec: "nope": not found', startedAtMs: 0 })],
    },
  },
  'a job that is done gives its resources back': {
    pod: pod({ restartPolicy: 'OnFailure' }),
    observed: { sandboxes: [sandbox()], containers: [exited('app', 0, 0, { message: 'bye' })] },
  },
  'a job that failed under Never stays failed': {
    pod: pod({ restartPolicy: 'Never' }),
    observed: nothing,
    history: { released: true },
  },
  'a dead sandbox takes the running containers with it': {
    pod: pod({}),
    observed: {
      sandboxes: [sandbox(0, { running: false, networkReady: false, ip: '' })],
      containers: [instance('app')],
    },
  },
  'a new sandbox comes when nothing runs in the dead one': {
    pod: pod({}),
    observed: {
      sandboxes: [sandbox(0, { running: false, networkReady: false, ip: '' })],
      containers: [exited('app', 137)],
    },
  },
  'a sandbox without its network is replaced': {
    pod: pod({}),
    observed: { sandboxes: [sandbox(0, { networkReady: false, ip: '' })], containers: [] },
  },
  'a container left between create and start is removed and made again': {
    pod: pod({}),
    observed: { sandboxes: [sandbox()], containers: [instance('app', 0, { state: 'created', startedAtMs: 0 })] },
  },
  'a failed pull is shown as ErrImagePull first': {
    pod: pod({}),
    observed: { sandboxes: [sandbox()], containers: [] },
    history: { holds: { app: pullHold(at(19.5)) } },
  },
  'a failed pull is shown as ImagePullBackOff after that': {
    pod: pod({}),
    observed: { sandboxes: [sandbox()], containers: [] },
    history: { holds: { app: pullHold(at(15)) } },
  },
  'a missing ConfigMap holds the container': {
    pod: pod({}),
    observed: { sandboxes: [sandbox()], containers: [] },
    history: {
      holds: {
        app: {
          reason: 'CreateContainerConfigError',
          message: 'configmap "x" not found',
          sinceMs: at(19),
          untilMs: at(29),
        },
      },
    },
  },
  'a deleted pod has its containers stopped': {
    pod: pod({}, { metadata: deleted }),
    observed: { sandboxes: [sandbox()], containers: [instance('app')] },
  },
  'a second delete shortens the grace period': {
    pod: pod({}, { metadata: { ...deleted, deletionGracePeriodSeconds: 5 } }),
    observed: { sandboxes: [sandbox()], containers: [instance('app')] },
    history: { kills: { 'app-0': { deadlineMs: at(50) } } },
  },
  'sidecars are stopped after the apps': {
    pod: pod({ initContainers: [sidecar] }, { metadata: deleted }),
    observed: { sandboxes: [sandbox()], containers: [instance('app'), instance('proxy')] },
  },
  'a deleted pod with nothing running is torn down': {
    pod: pod({}, { metadata: deleted }),
    observed: { sandboxes: [sandbox()], containers: [exited('app', 0)] },
  },
  'a pod deleted before it ran counts as failed': { pod: pod({}, { metadata: deleted }), observed: nothing },
  'a pod gone from the API is stopped though nobody marked it': {
    pod: pod({}),
    observed: { sandboxes: [sandbox()], containers: [instance('app')] },
    removed: true,
  },
  'a refused pod is failed and nothing is made for it': {
    pod: pod({}),
    observed: nothing,
    history: { failed: { reason: 'OutOfcpu', message: 'Pod was rejected' } },
  },
  'what was said of a pod that ended long ago stays true': {
    pod: pod({}, { status: { phase: 'Failed', reason: 'OutOfcpu', message: 'Pod was rejected' } }),
    observed: nothing,
  },
  'a pod past its deadline is stopped': {
    pod: pod({}, { status: { phase: 'Running', startTime: '2026-01-01T00:00:00Z' } }),
    observed: { sandboxes: [sandbox()], containers: [instance('app')] },
    history: {
      failed: { reason: 'DeadlineExceeded', message: 'Pod was active on the node longer than the specified deadline' },
    },
  },
  'an ephemeral container is started beside what runs': {
    pod: pod({ ephemeralContainers: [debuggerOf('debug')] }),
    observed: { sandboxes: [sandbox()], containers: [instance('app')] },
  },
  'an ephemeral container does not wait for the init containers': {
    pod: pod({ initContainers: [container('one')], ephemeralContainers: [debuggerOf('debug')] }),
    observed: { sandboxes: [sandbox()], containers: [instance('one')] },
  },
  'a running ephemeral container has a status of its own, and is never called ready': {
    pod: pod({ ephemeralContainers: [debuggerOf('debug')] }),
    observed: { sandboxes: [sandbox()], containers: [instance('app'), instance('debug')] },
  },
  'an ephemeral container that ended is not started again': {
    pod: pod({ ephemeralContainers: [debuggerOf('debug')] }),
    observed: { sandboxes: [sandbox()], containers: [instance('app'), exited('debug', 1)] },
  },
  'an ephemeral container whose remains are gone is not started again': {
    pod: pod(
      { ephemeralContainers: [debuggerOf('debug')] },
      {
        status: {
          phase: 'Running',
          ephemeralContainerStatuses: [
            { ...debuggerStatus, state: { terminated: { exitCode: 0, reason: 'Completed' } } },
          ],
        },
      },
    ),
    observed: { sandboxes: [sandbox()], containers: [instance('app')] },
  },
  'an ephemeral container keeps no pod alive': {
    pod: pod({ restartPolicy: 'Never', ephemeralContainers: [debuggerOf('debug')] }),
    observed: { sandboxes: [sandbox()], containers: [exited('app', 0), instance('debug')] },
  },
  'an ephemeral container whose image cannot be had says so': {
    pod: pod({ ephemeralContainers: [debuggerOf('debug')] }),
    observed: { sandboxes: [sandbox()], containers: [instance('app')] },
    history: { holds: { debug: pullHold(at(19.5)) } },
  },
  'only one dead container of each name is kept': {
    pod: pod({}),
    observed: {
      sandboxes: [sandbox()],
      containers: [instance('app', 3), exited('app', 1, 2), exited('app', 1, 1), exited('app', 1, 0)],
    },
  },
};

function pullHold(sinceMs: number): PodHistory['holds'][string] {
  const message = 'pull access denied';
  const backOffMessage = 'Back-off pulling image "web:1": ErrImagePull: pull access denied';
  return { reason: 'ErrImagePull', message, backOffMessage, sinceMs, untilMs: sinceMs + 10_000 };
}

describe('the planner and the status, scenario by scenario', () => {
  for (const [name, scenario] of Object.entries(scenarios)) {
    test(name, async () => {
      const { pod: subject, observed, nowMs = at(20), removed = false } = scenario;
      const history = { ...newHistory(at(0)), ...scenario.history };
      const plan = planPod(subject, observed, history, nowMs, removed);
      const status = podStatus({ pod: subject, observed, history, nowMs }, { hostIPs: ['192.0.2.1'] });
      const wake = plan.wakeAtMs === undefined ? undefined : `${(plan.wakeAtMs - nowMs) / 1000}s from now`;
      const text = `${JSON.stringify({ actions: plan.actions, wake, status }, null, 2)}\n`;
      await expect(text).toMatchFileSnapshot(`testdata/${name.replaceAll(/[ ,]+/g, '-')}.json`);
    });
  }
});
