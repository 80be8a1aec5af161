import type { EtcdStore } from '../etcd-store.ts';
import type { StoreLog } from '../options.ts';
import { authRoutes } from './auth.ts';
import { clusterRoutes } from './cluster.ts';
import { toRpcError } from './errors.ts';
import { GrpcServer, type GrpcTls } from './grpc/index.ts';
import { createGuard } from './guard.ts';
import { getPlain, healthRoutes } from './health.ts';
import { kvRoutes } from './kv.ts';
import { leaseRoutes } from './lease.ts';
import { defaultEtcdApiLimits, type EtcdApiLimits } from './limits.ts';
import { maintenanceRoutes } from './maintenance.ts';
import { watchRoutes } from './watch.ts';

export interface EtcdApiOptions {
  store: EtcdStore;
  /** Port 0: any that is free. */
  listen: { host: string; port: number }[];
  /** Without it everybody who reaches the port may do everything: for tests alone. */
  tls?: GrpcTls | undefined;
  limits?: Partial<EtcdApiLimits> | undefined;
  log?: StoreLog | undefined;
}

export interface EtcdApi {
  /** In the order of `listen`. */
  ports: number[];
  /** Renewed certificates, for connections from now on. */
  setTls(tls: GrpcTls): void;
  close(): Promise<void>;
}

/** Serves the etcd v3 API from the store. Rejects when a port cannot be had. */
export async function startEtcdApi({ store, listen, tls, limits: given, log }: EtcdApiOptions): Promise<EtcdApi> {
  const limits = { ...defaultEtcdApiLimits, ...given };
  const service = { store, limits, log };
  const guard = createGuard(service);
  const server = new GrpcServer({
    routes: [
      ...kvRoutes(service, guard),
      ...watchRoutes(service, guard),
      ...leaseRoutes(service, guard),
      ...clusterRoutes(service, guard),
      ...maintenanceRoutes(service, guard),
      ...authRoutes(service),
      ...healthRoutes(service),
    ],
    get: (path) => getPlain(service, path),
    tls,
    limits,
    log,
    toRpcError,
  });
  const ports: number[] = [];
  try {
    for (const address of listen) ports.push(await server.listen(address));
  } catch (error) {
    await server.close(0);
    throw error;
  }
  return { ports, setTls: (renewed) => server.setTls(renewed), close: () => server.close(limits.closeGraceMs) };
}
