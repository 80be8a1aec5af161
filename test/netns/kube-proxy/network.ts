import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A namespace with an agent in it. */
export class Host implements AsyncDisposable {
  readonly netns: string;
  readonly #agent: ChildProcess;
  readonly #waiting = new Map<number, { resolve(reply: string): void; reject(error: Error): void }>();
  #lastId = 0;

  constructor(netns: string) {
    this.netns = netns;
    const agent = fileURLToPath(new URL('./agent.ts', import.meta.url));
    this.#agent = spawn('ip', ['netns', 'exec', netns, process.execPath, agent], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: this.#agent.stdout as NodeJS.ReadableStream });
    lines.on('line', (line) => {
      const message = JSON.parse(line) as { id: number; reply?: string; error?: string };
      const waiting = this.#waiting.get(message.id);
      this.#waiting.delete(message.id);
      if (message.reply !== undefined) waiting?.resolve(message.reply);
      else waiting?.reject(new Error(message.error));
    });
  }

  serve(protocol: 'tcp' | 'udp', port: number, name: string): Promise<string> {
    return this.#order({ op: 'serve', protocol, port, name });
  }

  /** "<server's name> <address the server saw>"; rejects with the error's code, or 'timeout'. */
  ask(protocol: 'tcp' | 'udp', host: string, port: number, timeoutMs = 5_000, sourcePort = 0): Promise<string> {
    return this.#order({ op: 'ask', protocol, host, port, timeoutMs, sourcePort });
  }

  run(...command: string[]): string {
    return execFileSync('ip', ['netns', 'exec', this.netns, ...command], { encoding: 'utf8' });
  }

  #order(order: Record<string, unknown>): Promise<string> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#agent.stdin?.write(`${JSON.stringify({ id, ...order })}\n`);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const gone = new Promise((resolve) => this.#agent.once('exit', resolve));
    this.#agent.kill('SIGKILL');
    await gone;
    ip('netns', 'del', this.netns);
  }
}

/**
 * A node with a bridge and two pods, and a machine outside:
 * pod1 10.244.0.5, pod2 10.244.0.6 -- cbr0 10.244.0.1 [node] 192.168.77.1 -- 192.168.77.2 [outside]
 */
export class Network implements AsyncDisposable {
  readonly node: Host;
  readonly pod1: Host;
  readonly pod2: Host;
  readonly outside: Host;

  private constructor(names: readonly [string, string, string, string]) {
    this.node = new Host(names[0]);
    this.pod1 = new Host(names[1]);
    this.pod2 = new Host(names[2]);
    this.outside = new Host(names[3]);
  }

  static create(tag: string): Network {
    const names = ['node', 'pod1', 'pod2', 'out'].map((role) => `${tag}-${role}`) as [string, string, string, string];
    const [node, pod1, pod2, outside] = names;
    for (const name of names) {
      ip('netns', 'add', name);
      ip('-n', name, 'link', 'set', 'lo', 'up');
    }
    ip('-n', node, 'link', 'add', 'cbr0', 'type', 'bridge');
    ip('-n', node, 'addr', 'add', '10.244.0.1/24', 'dev', 'cbr0');
    ip('-n', node, 'link', 'set', 'cbr0', 'up');
    for (const [index, pod] of [pod1, pod2].entries()) {
      ip('-n', node, 'link', 'add', `veth${index}`, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', pod);
      ip('-n', node, 'link', 'set', `veth${index}`, 'master', 'cbr0', 'up');
      ip('-n', node, 'link', 'set', `veth${index}`, 'type', 'bridge_slave', 'hairpin', 'on');
      ip('-n', pod, 'addr', 'add', `10.244.0.${5 + index}/24`, 'dev', 'eth0');
      ip('-n', pod, 'link', 'set', 'eth0', 'up');
      ip('-n', pod, 'route', 'add', 'default', 'via', '10.244.0.1');
    }
    ip('-n', node, 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', outside);
    ip('-n', node, 'addr', 'add', '192.168.77.1/24', 'dev', 'eth0');
    ip('-n', node, 'link', 'set', 'eth0', 'up');
    ip('-n', outside, 'addr', 'add', '192.168.77.2/24', 'dev', 'eth0');
    ip('-n', outside, 'link', 'set', 'eth0', 'up');
    ip('-n', node, 'route', 'add', 'default', 'via', '192.168.77.2');
    return new Network(names);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const host of [this.pod1, this.pod2, this.outside, this.node]) await host[Symbol.asyncDispose]();
  }
}

function ip(...args: string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'inherit'] });
}
