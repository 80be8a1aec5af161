import { isIP } from 'node:net';
import type { Pod, Service } from '@wherry/api';
import { CliError } from '../cli/errors.ts';

/** From the words of a port-forward to ports and addresses. Pure. */

export interface ForwardedPort {
  /** 0: any free one. */
  readonly local: number;
  readonly remote: number;
}

export interface ListenAddress {
  readonly address: string;
  /** Of these one is enough; every other address must be had. */
  readonly optional: boolean;
}

/** `5000`, `8888:5000`, `:5000`. */
export function parsePorts(words: readonly string[]): ForwardedPort[] {
  return words.map((word) => {
    const parts = word.split(':');
    if (parts.length > 2) throw new CliError(`invalid port format '${word}'`);
    const [first = ''] = parts;
    const local = parts.length === 2 && first === '' ? '0' : first;
    const port = { local: parsePort('local', local), remote: parsePort('remote', parts.at(-1) ?? '') };
    if (port.remote === 0) throw new CliError('remote port must be > 0');
    return port;
  });
}

function parsePort(side: string, text: string): number {
  if (/^\d+$/.test(text) && Number(text) <= 0xffff) return Number(text);
  const why = /^\d+$/.test(text) ? 'value out of range' : 'invalid syntax';
  throw new CliError(
    `error parsing ${side} port '${text}': strconv.ParseUint: parsing ${JSON.stringify(text)}: ${why}`,
  );
}

export function parseAddresses(words: readonly string[]): ListenAddress[] {
  const found = new Map<string, ListenAddress>();
  for (const address of words) {
    if (address === 'localhost') {
      for (const one of ['127.0.0.1', '::1']) if (!found.has(one)) found.set(one, { address: one, optional: true });
    } else if (isIP(address) === 0) throw new CliError(`${address} is not a valid IP`);
    else found.set(address, { address, optional: false });
  }
  return [...found.values()].toSorted((a, b) => (a.address < b.address ? -1 : 1));
}

/** Names become numbers of the pod's containers; `undefined` service: the words speak of the pod itself. */
export function resolvePorts(words: readonly string[], pod: Pod, service: Service | undefined): string[] {
  refuseUdp(words, pod, service);
  return words.map((word) => {
    const parts = word.split(':');
    const [local = '', remote = ''] = parts.length === 2 ? parts : [word, word];
    if (remote === '') throw new CliError('remote port cannot be empty');
    if (!service) return pair(local, remote, isNumber(remote) ? Number(remote) : podPort(pod, remote));
    const number = isNumber(remote) ? Number(remote) : servicePort(service, remote);
    return pair(local === remote ? String(number) : local, undefined, targetPort(service, pod, number));
  });
}

function pair(local: string, remote: string | undefined, target: number): string {
  return local === remote || local === String(target) ? String(target) : `${local}:${target}`;
}

function isNumber(text: string): boolean {
  return /^[+-]?\d+$/.test(text);
}

function podPort(pod: Pod, name: string): number {
  for (const { ports } of pod.spec.containers) {
    const port = ports?.find((candidate) => candidate.name === name);
    if (port) return port.containerPort;
  }
  throw new CliError(`Pod '${pod.metadata.name}' does not have a named port '${name}'`);
}

function servicePort(service: Service, name: string): number {
  const port = service.spec?.ports?.find((candidate) => candidate.name === name);
  if (!port) throw new CliError(`Service '${service.metadata.name}' does not have a named port '${name}'`);
  return port.port;
}

function targetPort(service: Service, pod: Pod, number: number): number {
  const port = service.spec?.ports?.find((candidate) => candidate.port === number);
  if (!port) throw new CliError(`Service ${service.metadata.name} does not have a service port ${number}`);
  const { targetPort: target } = port;
  if (service.spec?.clusterIP === 'None') return number;
  if (typeof target === 'string') return podPort(pod, target);
  return target || number;
}

function refuseUdp(words: readonly string[], pod: Pod, service: Service | undefined): void {
  const ports = service
    ? (service.spec?.ports ?? []).map(({ port, protocol }) => ({ port, protocol }))
    : pod.spec.containers.flatMap((c) => (c.ports ?? []).map((p) => ({ port: p.containerPort, protocol: p.protocol })));
  const of = (wanted: string): Set<number> =>
    new Set(ports.filter(({ protocol = 'TCP' }) => protocol === wanted).map(({ port }) => port));
  const [udp, tcp] = [of('UDP'), of('TCP')];
  for (const word of words) {
    const remote = word.split(':').at(-1) ?? '';
    const number = isNumber(remote)
      ? Number(remote)
      : service
        ? servicePort(service, remote)
        : remote === ''
          ? 0
          : podPort(pod, remote);
    if (udp.has(number) && !tcp.has(number)) throw new CliError(`UDP protocol is not supported for ${remote}`);
  }
}
