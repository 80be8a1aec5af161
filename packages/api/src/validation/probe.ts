import { fieldForbidden, fieldInvalid, fieldNotSupported, fieldRequired, isHttpHeaderName } from '@wherry/apimachinery';
import type { HTTPGetAction, Lifecycle, LifecycleHandler, Probe } from '../core/probe.ts';
import { matching, nonNegative, portNumberOrName, required, type Findings } from './value-rules.ts';

export function* livenessOrStartupProbe(probe: Probe | undefined, field: string): Findings {
  if (probe === undefined) return;
  yield* commonProbe(probe, field);
  if (probe.successThreshold !== 1)
    yield fieldInvalid(`${field}.successThreshold`, probe.successThreshold, 'must be 1');
}

export function* readinessProbe(probe: Probe | undefined, field: string): Findings {
  if (probe === undefined) return;
  yield* commonProbe(probe, field);
  const grace = probe.terminationGracePeriodSeconds;
  if (grace !== undefined) {
    yield fieldInvalid(`${field}.terminationGracePeriodSeconds`, grace, 'must not be set for readinessProbes');
  }
}

function* commonProbe(probe: Probe, field: string): Findings {
  const { exec, httpGet, tcpSocket, grpc } = probe;
  yield* handler({ exec, httpGet, tcpSocket, grpc }, undefined, field);
  for (const name of [
    'initialDelaySeconds',
    'timeoutSeconds',
    'periodSeconds',
    'successThreshold',
    'failureThreshold',
  ] as const) {
    yield* nonNegative(probe[name], `${field}.${name}`);
  }
  const grace = probe.terminationGracePeriodSeconds;
  if (grace !== undefined && grace <= 0) {
    yield fieldInvalid(`${field}.terminationGracePeriodSeconds`, grace, 'must be greater than 0');
  }
}

export function* lifecycle(hooks: Lifecycle | undefined, graceSeconds: number | undefined, field: string): Findings {
  if (hooks?.postStart !== undefined) yield* handler(hooks.postStart, graceSeconds, `${field}.postStart`);
  if (hooks?.preStop !== undefined) yield* handler(hooks.preStop, graceSeconds, `${field}.preStop`);
}

type Handler = LifecycleHandler & Pick<Probe, 'grpc'>;

/** Exactly one way of doing it. The first counts; each further one is forbidden. */
function* handler(actions: Handler, graceSeconds: number | undefined, field: string): Findings {
  let found = false;
  for (const name of ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'] as const) {
    if (actions[name] === undefined) continue;
    if (found) yield fieldForbidden(`${field}.${name}`, 'may not specify more than 1 handler type');
    else yield* action(name, actions, graceSeconds, `${field}.${name}`);
    found = true;
  }
  if (!found) yield fieldRequired(field, 'must specify a handler type');
}

function* action(name: keyof Handler, actions: Handler, graceSeconds: number | undefined, field: string): Findings {
  if (name === 'exec') yield* required(actions.exec?.command, `${field}.command`);
  if (name === 'httpGet' && actions.httpGet !== undefined) yield* httpGet(actions.httpGet, field);
  if (name === 'tcpSocket') yield* portNumberOrName(actions.tcpSocket?.port, `${field}.port`);
  if (name === 'grpc') yield* portNumberOrName(actions.grpc?.port, `${field}.port`);
  const seconds = actions.sleep?.seconds ?? 0;
  if (name === 'sleep' && graceSeconds !== undefined && (seconds < 0 || seconds > graceSeconds)) {
    const detail = `must be non-negative and less than terminationGracePeriodSeconds (${graceSeconds})`;
    yield fieldInvalid(field, seconds, detail);
  }
}

function* httpGet(get: HTTPGetAction, field: string): Findings {
  yield* required(get.path, `${field}.path`);
  yield* portNumberOrName(get.port, `${field}.port`);
  if (get.scheme !== 'HTTP' && get.scheme !== 'HTTPS') {
    yield fieldNotSupported(`${field}.scheme`, get.scheme, ['HTTP', 'HTTPS']);
  }
  for (const header of get.httpHeaders ?? []) {
    yield* matching(isHttpHeaderName(header.name), header.name, `${field}.httpHeaders`);
  }
}
