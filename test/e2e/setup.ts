import { writeFileSync } from 'node:fs';
import { daemonNames, pidOf } from './daemons.ts';
import { endIsolation } from './isolation.ts';
import { ROOT, run } from './run.ts';

/** Every connection that kubelet and kube-proxy were seen with: `tcp local remote`, or `unix path` (`*` for a socketpair). */
export const CONNECTIONS_FILE = '/tmp/wherry-e2e-connections.json';
const INTERVAL_MS = 100;

/** Runs around the whole suite: lists the sockets of the node's daemons throughout, and takes the cluster down (not with $WHERRY_KEEP). */
export default function setup(): () => Promise<void> {
  const seen = new Map<string, Set<string>>();
  let listing = Promise.resolve();
  const timer = setInterval(() => {
    listing = listing.then(() => listSockets(seen));
  }, INTERVAL_MS);
  return async () => {
    clearInterval(timer);
    await listing;
    if (process.env['WHERRY_KEEP'] !== undefined) return;
    await endIsolation();
    await run(`${ROOT}scripts/down`, []);
  };
}

/** One look at the connections that exist now, TCP and Unix. */
async function listSockets(seen: Map<string, Set<string>>): Promise<void> {
  const watched = daemonNames.filter((name) => name === 'kubelet' || name === 'kube-proxy');
  const pids = new Map(watched.map((name) => [pidOf(name), name] as const));
  const { stdout } = await run('ss', ['-tunpxH', 'state', 'connected']);
  const rows = stdout.split('\n').map((line) => line.trim().split(/\s+/));
  // A Unix socket has a name at the server's end only: `u_str ESTAB 0 0 /path inode * peer-inode`.
  const nameOf = new Map(rows.filter((row) => row[0]?.startsWith('u_')).map((row) => [row[5], row[4]] as const));
  let grew = false;
  for (const row of rows) {
    const name = pids.get(Number(/pid=(\d+)/.exec(row.at(-1) ?? '')?.[1]));
    if (name === undefined) continue;
    const entry = row[0]?.startsWith('u_') ? `unix ${nameOf.get(row[7])}` : `${row[0]} ${row[4]} ${row[5]}`;
    const entries = seen.get(name) ?? new Set();
    grew ||= !entries.has(entry);
    seen.set(name, entries.add(entry));
  }
  if (grew)
    writeFileSync(
      CONNECTIONS_FILE,
      JSON.stringify(Object.fromEntries([...seen].map(([name, set]) => [name, [...set]]))),
    );
}
