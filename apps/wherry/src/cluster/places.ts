import { join } from 'node:path';

/** Where a cluster keeps its things on this host. */
export interface Places {
  /** What tells our containers and processes from those of another cluster on the same host. */
  home: string;
  state: string;
  config: string;
  pki: string;
  run: string;
  log: string;
  adminKubeconfig: string;
}

const DEFAULT_HOME = '/var/lib/wherry';

/** The places of the default cluster, or everything under one folder when `home` is given. */
export function placesOf(home?: string): Places {
  const of = (state: string, config: string, run: string, log: string): Places => ({
    home: home ?? DEFAULT_HOME,
    state,
    config,
    pki: join(config, 'pki'),
    run,
    log,
    adminKubeconfig: join(config, 'admin.kubeconfig'),
  });
  return home === undefined
    ? of(DEFAULT_HOME, '/etc/wherry', '/run/wherry', '/var/log/wherry')
    : of(join(home, 'state'), home, join(home, 'run'), join(home, 'log'));
}
