import { spawn, type ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';

interface Helper {
  readonly child: ChildProcess;
  readonly waiting: Map<number, { resolve(socket: Socket): void; reject(error: Error): void }>;
  timer: NodeJS.Timeout | undefined;
  errors: string;
}

const IDLE_MS = 30_000;
const ANSWER_TIMEOUT_MS = 20_000;
const MAX_WAITING = 200;
const CONNECT_TIMEOUT_MS = 10_000;
const script = new URL('./connect-inside.ts', import.meta.url).pathname;

/**
 * Connects to what listens on the loopback of a pod. A helper enters the pod's network namespace, connects there and
 * passes the connection out, so that it is the kubelet's own; one helper a sandbox, ended when it has had nothing to do.
 */
export class PodDialer {
  readonly #helpers = new Map<string, Helper>();
  #nextId = 0;

  /** Connects on the node's own loopback, for pods on its network. */
  dialHost(port: number): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const socket = new Socket({ allowHalfOpen: true });
      socket.setTimeout(CONNECT_TIMEOUT_MS, () => socket.destroy(new Error(`connect to port ${port}: timed out`)));
      socket.once('error', reject);
      socket.connect(port, 'localhost', () => {
        socket.setTimeout(0);
        socket.off('error', reject);
        resolve(socket);
      });
    });
  }

  /** `pid` is a process in the sandbox's network namespace. */
  dial(sandboxId: string, pid: number, port: number): Promise<Socket> {
    const helper = this.#helper(sandboxId, pid);
    if (helper.waiting.size >= MAX_WAITING) return Promise.reject(new Error('too many connections are being made'));
    const id = this.#nextId++;
    clearTimeout(helper.timer);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => settle(() => reject(new Error('timed out'))), ANSWER_TIMEOUT_MS);
      const settle = (how: () => void): void => {
        clearTimeout(timer);
        helper.waiting.delete(id);
        if (helper.waiting.size === 0) this.#rest(helper);
        how();
      };
      helper.waiting.set(id, {
        resolve: (socket) => settle(() => resolve(socket)),
        reject: (error) => settle(() => reject(error)),
      });
      helper.child.send({ id, port }, (error) => {
        if (error) helper.waiting.get(id)?.reject(error);
      });
    });
  }

  close(): void {
    for (const { child } of this.#helpers.values()) child.kill('SIGKILL');
  }

  #rest(helper: Helper): void {
    clearTimeout(helper.timer);
    helper.timer = setTimeout(() => {
      if (helper.child.connected) helper.child.disconnect();
    }, IDLE_MS);
    helper.timer.unref();
  }

  #helper(sandboxId: string, pid: number): Helper {
    const known = this.#helpers.get(sandboxId);
    if (known?.child.connected) return known;
    const args = ['-t', String(pid), '-n', '--', process.execPath, script];
    const child = spawn('nsenter', args, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    const helper: Helper = { child, waiting: new Map(), timer: undefined, errors: '' };
    this.#helpers.set(sandboxId, helper);
    const ended = (why: string): void => {
      clearTimeout(helper.timer);
      if (this.#helpers.get(sandboxId) === helper) this.#helpers.delete(sandboxId);
      for (const { reject } of helper.waiting.values()) reject(new Error(why));
    };
    child.stderr?.on('data', (chunk: Buffer) => {
      helper.errors = (helper.errors + chunk.toString()).slice(-1_000);
    });
    child.once('error', (error) => ended(error.message));
    child.once('exit', () => ended(`the pod's network cannot be entered: ${helper.errors.trim()}`));
    child.on('message', (message, handle) => {
      const { id, error } = message as { id: number; error?: string };
      const asked = helper.waiting.get(id);
      if (!(handle instanceof Socket)) return asked?.reject(new Error(error ?? 'no connection'));
      handle.allowHalfOpen = true;
      if (asked === undefined) handle.destroy();
      else asked.resolve(handle);
    });
    return helper;
  }
}
