import { enumeration, message, service, single, text } from '../etcd-proto/index.ts';
import { StorageError } from '../storage.ts';
import { Code, type PlainAnswer, type Route, RpcError, streaming, unary } from './grpc/index.ts';
import { ended } from './guard.ts';
import type { Service } from './service.ts';
import { clusterVersion, etcdVersion } from './version.ts';

const request = message('HealthCheckRequest', { service: single(1, text) });
const response = message('HealthCheckResponse', { status: single(1, enumeration) });
const Serving = { serving: 1, notServing: 2 } as const;

const ofHealth = service('grpc.health.v1.Health');

/** gRPC's own health service (grpc.health.v1): for the server as a whole, under the empty name. */
export function healthRoutes({ store }: Service): Route[] {
  const status = (name: string) => {
    if (name !== '') throw new RpcError(Code.notFound, 'unknown service');
    return { status: store.status().leader === 0 ? Serving.notServing : Serving.serving };
  };
  return [
    unary(ofHealth('Check', request, response), (asked) => status(asked.service)),
    streaming(ofHealth('Watch', request, response, 'serverStream'), async (stream) => {
      for await (const asked of stream.requests) {
        let last = status(asked.service);
        stream.send(last);
        const timer = setInterval(() => {
          const now = status(asked.service);
          if (now.status !== last.status) stream.send(now);
          last = now;
        }, 1000);
        await ended(stream.signal);
        clearInterval(timer);
      }
    }),
  ];
}

/** GET /health and /version, as etcd answers them on the same port. */
export async function getPlain(service: Service, path: string): Promise<PlainAnswer | undefined> {
  const { pathname, searchParams } = new URL(path, 'http://etcd');
  if (pathname === '/version') {
    return { status: 200, body: JSON.stringify({ etcdserver: etcdVersion, etcdcluster: clusterVersion }) };
  }
  if (pathname !== '/health') return undefined;
  const reason = await whatIsWrong(service, searchParams.get('serializable') === 'true');
  const body = JSON.stringify({ health: String(reason === ''), reason });
  return { status: reason === '' ? 200 : 503, body };
}

async function whatIsWrong({ store }: Service, serializable: boolean): Promise<string> {
  const alarm = store.alarms()[0];
  if (alarm !== undefined) return alarm.type === 'noSpace' ? 'ALARM NOSPACE' : 'ALARM CORRUPT';
  if (serializable) return '';
  if (store.status().leader === 0) return 'RAFT NO LEADER';
  try {
    await store.linearize();
    return '';
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    return `QGET ERROR:${error.message}`;
  }
}
