import type { ConfigMap, Deployment, Pod, Service } from '@wherry/api';
import { StatusError, type KubeObject, type WatchEvent } from '@wherry/apimachinery';

/** Objects for tests, no more than valid. */
export function configMap(name: string, data: Record<string, string> = {}, labels?: Record<string, string>): ConfigMap {
  return { metadata: { name, namespace: 'default', labels }, data };
}

export function pod(name: string, more: Partial<Pod['spec']> = {}, labels?: Record<string, string>): Pod {
  return {
    metadata: { name, namespace: 'default', labels },
    spec: { containers: [{ name: 'app', image: 'web' }], ...more },
  };
}

export function deployment(name: string, replicas = 1): Deployment {
  const labels = { app: name };
  return {
    metadata: { name, namespace: 'default' },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { name: '', labels }, spec: { containers: [{ name: 'app', image: 'web' }] } },
    },
  };
}

export function service(name: string, spec: Partial<Service['spec']> = {}): Service {
  return {
    metadata: { name, namespace: 'default' },
    spec: { selector: { app: name }, ports: [{ port: 80 }], ...spec },
  };
}

/** The error of a request that has to fail. */
export async function refusal(request: Promise<unknown>): Promise<StatusError> {
  try {
    await request;
  } catch (error) {
    if (error instanceof StatusError) return error;
    throw error;
  }
  throw new Error('the request succeeded');
}

/** `TYPE name` of the next `count` events. */
export async function take<T extends KubeObject>(
  events: AsyncIterator<WatchEvent<T>>,
  count: number,
): Promise<WatchEvent<T>[]> {
  const taken: WatchEvent<T>[] = [];
  while (taken.length < count) {
    const { value, done } = await events.next();
    if (done) throw new Error(`the watch ended after ${taken.length} of ${count} events`);
    taken.push(value);
  }
  return taken;
}

export function summary<T extends KubeObject>(events: readonly WatchEvent<T>[]): string[] {
  return events.map(({ type, object }) => `${type} ${object.metadata.name}`);
}
