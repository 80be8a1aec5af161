import type { Container, ContainerPort, ContainerState, ContainerStatus, EnvVar, Probe } from '@wherry/api';
import { quantityMilliValue } from '@wherry/apimachinery';
import { longTime, type Page } from './page.ts';

export interface ContainersOptions {
  /** `  ` inside a pod template, where a container's name stands one space further right. */
  readonly space: string;
  readonly statuses?: readonly ContainerStatus[] | undefined;
  /** The value of a field of the pod, where it is known. */
  readonly fieldValue?: ((path: string) => string) | undefined;
}

export function containerLines(
  page: Page,
  title: string,
  containers: readonly Container[],
  options: ContainersOptions,
): void {
  page.line(0, `${options.space}${title}:${containers.length === 0 ? ' <none>' : ''}`);
  for (const container of containers) {
    const status = options.statuses?.find((s) => s.name === container.name);
    basicLines(page, container, status, options.space);
    wordLines(page, 'Command', container.command);
    wordLines(page, 'Args', container.args);
    if (status) {
      stateLines(page, 'State', status.state);
      if (status.lastState?.terminated) stateLines(page, 'Last State', status.lastState);
      page.line(2, `Ready:\t${status.ready ? 'True' : 'False'}`);
      page.line(2, `Restart Count:\t${status.restartCount}`);
    }
    resourceLines(page, 'Limits', container.resources?.limits);
    resourceLines(page, 'Requests', container.resources?.requests);
    if (container.livenessProbe) page.line(2, `Liveness:\t${formatProbe(container.livenessProbe)}`);
    if (container.readinessProbe) page.line(2, `Readiness:\t${formatProbe(container.readinessProbe)}`);
    if (container.startupProbe) page.line(2, `Startup:\t${formatProbe(container.startupProbe)}`);
    envFromLines(page, container);
    page.line(2, `Environment:${container.env?.length ? '' : '\t<none>'}`);
    for (const env of container.env ?? []) envLines(page, env, container, options.fieldValue);
    mountLines(page, container);
  }
}

function basicLines(page: Page, container: Container, status: ContainerStatus | undefined, space: string): void {
  page.line(1, `${space ? ' ' : ''}${container.name}:`);
  if (status) page.line(2, `Container ID:\t${status.containerID ?? ''}`);
  page.line(2, `Image:\t${container.image ?? ''}`);
  if (status) page.line(2, `Image ID:\t${status.imageID}`);
  const portText = (port: number, p: ContainerPort): string =>
    `${port}/${p.protocol ?? 'TCP'}${p.name ? ` (${p.name})` : ''}`;
  const ports = (container.ports ?? []).map((p) => portText(p.containerPort, p));
  const hostPorts = (container.ports ?? []).map((p) => portText(p.hostPort ?? 0, p));
  page.line(2, `${ports.length > 1 ? 'Ports' : 'Port'}:\t${ports.join(', ') || '<none>'}`);
  page.line(2, `${hostPorts.length > 1 ? 'Host Ports' : 'Host Port'}:\t${hostPorts.join(', ') || '<none>'}`);
  const seccomp = container.securityContext?.seccompProfile;
  if (seccomp) {
    page.line(2, `SeccompProfile:\t${seccomp.type}`);
    if (seccomp.type === 'Localhost') page.line(3, `LocalhostProfile:\t${seccomp.localhostProfile ?? ''}`);
  }
}

function wordLines(page: Page, title: string, words: readonly string[] | undefined): void {
  if (!words?.length) return;
  page.line(2, `${title}:`);
  for (const word of words) for (const line of word.split('\n')) page.line(3, line);
}

function stateLines(page: Page, title: string, state: ContainerState | undefined): void {
  if (state?.running) {
    page.line(2, `${title}:\tRunning`);
    page.line(3, `Started:\t${longTime(state.running.startedAt)}`);
  } else if (state?.terminated) {
    const { reason, message, exitCode, signal, startedAt, finishedAt } = state.terminated;
    page.line(2, `${title}:\tTerminated`);
    if (reason) page.line(3, `Reason:\t${reason}`);
    if (message) page.line(3, `Message:\t${message}`);
    page.line(3, `Exit Code:\t${exitCode}`);
    if (signal) page.line(3, `Signal:\t${signal}`);
    page.line(3, `Started:\t${longTime(startedAt)}`);
    page.line(3, `Finished:\t${longTime(finishedAt)}`);
  } else {
    page.line(2, `${title}:\tWaiting`);
    if (state?.waiting?.reason) page.line(3, `Reason:\t${state.waiting.reason}`);
  }
}

function resourceLines(page: Page, title: string, amounts: Readonly<Record<string, string>> | undefined): void {
  const names = Object.keys(amounts ?? {}).toSorted();
  if (names.length === 0) return;
  page.line(2, `${title}:`);
  for (const name of names) page.line(3, `${name}:\t${amounts?.[name]}`);
}

function formatProbe(probe: Probe): string {
  const { initialDelaySeconds = 0, timeoutSeconds = 0, periodSeconds = 0 } = probe;
  const { successThreshold = 0, failureThreshold = 0 } = probe;
  const times = `delay=${initialDelaySeconds}s timeout=${timeoutSeconds}s period=${periodSeconds}s #success=${successThreshold} #failure=${failureThreshold}`;
  if (probe.exec) return `exec [${(probe.exec.command ?? []).join(' ')}] ${times}`;
  if (probe.httpGet) {
    const { scheme = 'HTTP', host = '', port, path = '' } = probe.httpGet;
    return `http-get ${scheme.toLowerCase()}://${host}:${port}${path.startsWith('/') || path === '' ? path : `/${path}`} ${times}`;
  }
  if (probe.tcpSocket) return `tcp-socket ${probe.tcpSocket.host ?? ''}:${probe.tcpSocket.port} ${times}`;
  if (probe.grpc) return `grpc <pod>:${probe.grpc.port} ${probe.grpc.service ?? ''} ${times}`;
  return `unknown ${times}`;
}

function envFromLines(page: Page, container: Container): void {
  if (!container.envFrom?.length) return;
  page.line(2, 'Environment Variables from:');
  for (const { configMapRef, secretRef, prefix } of container.envFrom) {
    const reference = configMapRef ?? secretRef;
    const kind = configMapRef ? 'ConfigMap' : 'Secret';
    const withPrefix = prefix ? ` with prefix '${prefix}'` : '';
    page.line(3, `${reference?.name ?? ''}\t${kind}${withPrefix}\tOptional: ${reference?.optional ?? false}`);
  }
}

function envLines(page: Page, env: EnvVar, container: Container, fieldValue: ContainersOptions['fieldValue']): void {
  const from = env.valueFrom;
  if (!from) {
    (env.value ?? '').split('\n').forEach((line, i) => page.line(3, i === 0 ? `${env.name}:\t${line}` : `\t${line}`));
  } else if (from.fieldRef) {
    const { apiVersion = 'v1', fieldPath } = from.fieldRef;
    page.line(3, `${env.name}:\t${fieldValue?.(fieldPath) ?? ''} (${apiVersion}:${fieldPath})`);
  } else if (from.resourceFieldRef) {
    const { resource, divisor } = from.resourceFieldRef;
    page.line(3, `${env.name}:\t${resourceValue(container, resource, divisor)} (${resource})`);
  } else if (from.secretKeyRef) {
    const { key, name, optional = false } = from.secretKeyRef;
    page.line(3, `${env.name}:\t<set to the key '${key}' in secret '${name}'>\tOptional: ${optional}`);
  } else if (from.configMapKeyRef) {
    const { key, name, optional = false } = from.configMapKeyRef;
    page.line(3, `${env.name}:\t<set to the key '${key}' of config map '${name}'>\tOptional: ${optional}`);
  }
}

/** `limits.cpu` of the container in units of the divisor, rounded up; 0 where there is none. */
function resourceValue(container: Container, path: string, divisor: string | undefined): string {
  const [what = '', ...name] = path.split('.');
  const amount = container.resources?.[what as 'limits' | 'requests']?.[name.join('.')];
  if (amount === undefined) return '0';
  const unit = divisor === undefined || quantityMilliValue(divisor) === 0 ? 1000 : quantityMilliValue(divisor);
  return String(Math.ceil(quantityMilliValue(amount) / unit));
}

function mountLines(page: Page, container: Container): void {
  const mounts = (container.volumeMounts ?? []).toSorted((a, b) => (a.mountPath < b.mountPath ? -1 : 1));
  page.line(2, `Mounts:${mounts.length === 0 ? '\t<none>' : ''}`);
  for (const { mountPath, name, readOnly, subPath } of mounts) {
    const flags = [readOnly ? 'ro' : 'rw', ...(subPath ? [`path=${JSON.stringify(subPath)}`] : [])];
    page.line(3, `${mountPath} from ${name} (${flags.join(',')})`);
  }
}
