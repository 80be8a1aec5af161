import { isolatedDaemons, isolatedPidFile, runningPid } from './isolation.ts';

export const daemonNames = ['apiserver', 'controller-manager', 'scheduler', 'kubelet', 'kube-proxy'] as const;
export type DaemonName = (typeof daemonNames)[number];

/** The process that does a daemon's work in this suite; two of them run in a namespace of their own. */
export function pidOf(name: DaemonName): number | undefined {
  return runningPid(isolatedDaemons.includes(name) ? isolatedPidFile(name) : `/run/wherry/${name}.pid`, name);
}

/** kill -9: no chance to say goodbye. */
export function killDaemon(name: DaemonName): void {
  const pid = pidOf(name);
  if (pid === undefined) throw new Error(`${name} does not run`);
  process.kill(pid, 'SIGKILL');
}
