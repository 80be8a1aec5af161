import { readFileSync } from 'node:fs';
import https from 'node:https';
import { parse } from 'yaml';
import { eventually } from './run.ts';

interface Kubeconfig {
  clusters: { cluster: { server: string; 'certificate-authority-data': string } }[];
  users: { user: { 'client-certificate-data': string; 'client-key-data': string } }[];
}

export interface Meta {
  name: string;
  namespace?: string;
  uid: string;
  resourceVersion: string;
  generation?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  deletionTimestamp?: string;
  ownerReferences?: { name: string; uid: string; kind: string }[];
}

export interface Ended {
  exitCode: number;
  reason: string;
  message?: string;
  startedAt: string;
  finishedAt: string;
}

export interface ContainerStatus {
  name: string;
  ready: boolean;
  started?: boolean;
  restartCount: number;
  containerID?: string;
  state: { running?: { startedAt: string }; waiting?: { reason: string; message?: string }; terminated?: Ended };
  lastState: { terminated?: Ended };
}

export interface Pod {
  metadata: Meta;
  spec: { nodeName?: string; containers: { name: string }[]; activeDeadlineSeconds?: number };
  status: {
    phase: string;
    reason?: string;
    message?: string;
    qosClass?: string;
    podIP?: string;
    hostIP?: string;
    startTime?: string;
    conditions?: { type: string; status: string; reason?: string; message?: string; lastTransitionTime: string }[];
    containerStatuses?: ContainerStatus[];
    initContainerStatuses?: ContainerStatus[];
  };
}

export interface Answer<T> {
  status: number;
  body: T;
  text: string;
}

let admin: { host: string; port: string; agent: https.Agent } | undefined;
function connection(): NonNullable<typeof admin> {
  if (admin !== undefined) return admin;
  const config = parse(readFileSync('/etc/wherry/admin.kubeconfig', 'utf8')) as Kubeconfig;
  const [cluster, user] = [config.clusters[0]!.cluster, config.users[0]!.user];
  const pem = (data: string): string => Buffer.from(data, 'base64').toString();
  const server = new URL(cluster.server);
  const agent = new https.Agent({
    keepAlive: true,
    maxSockets: 16,
    ca: pem(cluster['certificate-authority-data']),
    cert: pem(user['client-certificate-data']),
    key: pem(user['client-key-data']),
  });
  admin = { host: server.hostname, port: server.port, agent };
  return admin;
}

/** One REST request as the admin; the answer whatever its code is, text that is no JSON with an undefined body. */
export function rest<T = Record<string, unknown>>(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer<T>> {
  const payload = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const request = https.request(
      {
        ...connection(),
        method,
        path,
        timeout: 30_000,
        headers: {
          'content-length': Buffer.byteLength(payload),
          ...(payload !== '' && { 'content-type': 'application/json' }),
          ...headers,
        },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (data: string) => (text += data));
        response.on('error', reject);
        response.on('end', () => {
          const json = response.headers['content-type']?.startsWith('application/json') === true && text !== '';
          resolve({ status: response.statusCode ?? 0, body: (json ? JSON.parse(text) : undefined) as T, text });
        });
      },
    );
    request.on('timeout', () => request.destroy(new Error(`${method} ${path}: timeout`)));
    request.on('error', reject);
    request.end(payload);
  });
}

/** A REST request that must succeed. */
export async function must<T = Record<string, unknown>>(...request: Parameters<typeof rest>): Promise<T> {
  const answer = await rest<T>(...request);
  if (answer.status >= 300) throw new Error(`${request[0]} ${request[1]}: ${answer.status} ${answer.text}`);
  return answer.body;
}

export interface WatchFrame<T> {
  type: string;
  object: T;
}

/** A watch that gathers its frames until it is closed. */
export function watch<T>(path: string): { frames: WatchFrame<T>[]; close(): void; ended: Promise<void> } {
  const frames: WatchFrame<T>[] = [];
  const request = https.request({ ...connection(), method: 'GET', path });
  const ended = new Promise<void>((resolve) => {
    request.on('close', () => resolve());
    request.on('error', () => resolve());
    request.on('response', (response) => {
      let rest = '';
      response.setEncoding('utf8').on('data', (data: string) => {
        const lines = (rest + data).split('\n');
        rest = lines.pop() ?? '';
        frames.push(...lines.map((line) => JSON.parse(line) as WatchFrame<T>));
      });
      response.on('error', () => resolve());
    });
  });
  request.end();
  return { frames, close: () => request.destroy(), ended };
}

type Container = Record<string, unknown>;
type PodSpec = { containers: Container[]; [field: string]: unknown };

/** A container of the demo image that runs a shell script, or what `settings` say. */
export function sh(name: string, script: string, settings: Container = {}): Container {
  return { name, image: 'wherry/demo:1', imagePullPolicy: 'Never', command: ['sh', '-c', script], ...settings };
}

/** A container that stays until it is told to go. */
export const stays = (name: string, settings: Container = {}): Container =>
  sh(name, 'trap "exit 0" TERM; while :; do sleep 1 & wait $!; done', settings);

/**
 * A namespace and the objects in it, declared beside the tests that look at them and created together, so that slow
 * things (containers, probes, back-off) happen side by side.
 */
export class Scene {
  readonly namespace: string;
  readonly #objects: { path: string; object: unknown }[] = [];

  constructor(name: string) {
    this.namespace = `${name}-${Date.now().toString(36)}`;
  }

  path(plural: string, name = '', group = 'api/v1'): string {
    return `/${group}/namespaces/${this.namespace}/${plural}${name === '' ? '' : `/${name}`}`;
  }

  add(
    plural: string,
    object: { metadata: { name: string; [field: string]: unknown }; [field: string]: unknown },
    group = 'api/v1',
  ): void {
    this.#objects.push({ path: this.path(plural, '', group), object });
  }

  /** A pod that runs once, if its spec does not say otherwise. */
  pod(name: string, spec: PodSpec | Container[], metadata: Record<string, unknown> = {}): void {
    this.add('pods', this.podObject(name, spec, metadata));
  }

  podObject(
    name: string,
    spec: PodSpec | Container[],
    metadata: Record<string, unknown> = {},
  ): { metadata: { name: string }; spec: PodSpec } {
    const fields = Array.isArray(spec) ? { containers: spec } : spec;
    return {
      metadata: { name, ...metadata },
      spec: { restartPolicy: 'Never', terminationGracePeriodSeconds: 2, ...fields },
    };
  }

  /** Creates the namespace, then everything but pods, then the pods. */
  async open(): Promise<void> {
    await must('POST', '/api/v1/namespaces', { metadata: { name: this.namespace } });
    // Pods are refused until a controller has made their account, which takes longer while a new one takes the lead.
    await eventually(
      `an account in ${this.namespace}`,
      async () => (await rest('GET', this.path('serviceaccounts', 'default'))).status === 200,
    );
    const isPod = ({ path }: { path: string }): boolean => path.endsWith('/pods');
    for (const objects of [this.#objects.filter((o) => !isPod(o)), this.#objects.filter(isPod)])
      await Promise.all(objects.map(({ path, object }) => must('POST', path, object)));
  }

  async close(): Promise<void> {
    await must('DELETE', `/api/v1/namespaces/${this.namespace}`);
    await eventually(
      `${this.namespace} is gone`,
      async () => (await rest('GET', `/api/v1/namespaces/${this.namespace}`)).status === 404,
      120_000,
    );
  }

  get(name: string): Promise<Pod> {
    return must<Pod>('GET', this.path('pods', name));
  }

  /** Waits until the pod is as `is` wants it. */
  until(name: string, what: string, is: (pod: Pod) => boolean, timeoutMs = 90_000): Promise<Pod> {
    let last: Pod | undefined;
    return eventually(
      `pod ${name}: ${what}`,
      async () => {
        last = await this.get(name);
        if (is(last)) return last;
        throw new Error(JSON.stringify(last.status));
      },
      timeoutMs,
    );
  }

  ended(name: string): Promise<Pod> {
    return this.until(name, 'ended', (pod) => ['Succeeded', 'Failed'].includes(pod.status.phase));
  }

  ready(name: string): Promise<Pod> {
    return this.until(name, 'ready', (pod) => conditionOf(pod, 'Ready')?.status === 'True');
  }

  async log(name: string, container = 'c'): Promise<string> {
    return (await this.#log(name, container)).trimEnd();
  }

  async #log(name: string, container: string): Promise<string> {
    const answer = await rest('GET', `${this.path('pods', name)}/log?container=${container}`);
    if (answer.status !== 200) throw new Error(answer.text);
    return answer.text;
  }

  /** What the container of a pod that ran once had printed at its end. */
  async output(name: string, container = 'c'): Promise<string> {
    await this.until(name, `${container} ended`, (pod) => statusOf(pod, container)?.state.terminated !== undefined);
    return this.log(name, container);
  }

  /** Waits for an event about a pod. */
  async event(name: string, reason: string): Promise<{ message: string; type: string }> {
    const query = new URLSearchParams({ fieldSelector: `involvedObject.name=${name},reason=${reason}` });
    return eventually(`event ${reason} of ${name}`, async () => {
      const list = await must<{ items: { message: string; type: string }[] }>(
        'GET',
        `${this.path('events')}?${query.toString()}`,
      );
      return list.items[0];
    });
  }
}

export function conditionOf(pod: Pod, type: string): NonNullable<Pod['status']['conditions']>[number] | undefined {
  return pod.status.conditions?.find((condition) => condition.type === type);
}

export function statusOf(pod: Pod, container = 'c'): ContainerStatus | undefined {
  return [...(pod.status.initContainerStatuses ?? []), ...(pod.status.containerStatuses ?? [])].find(
    (status) => status.name === container,
  );
}
