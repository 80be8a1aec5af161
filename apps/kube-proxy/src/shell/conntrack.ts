import { execFile } from 'node:child_process';
import { networkInterfaces } from 'node:os';
import { promisify } from 'node:util';
import { parseFlows, staleFlows, type UdpTarget } from '../core/udp-flows.ts';

const execute = promisify(execFile);
const limits = { timeout: 10_000, maxBuffer: 64 * 1024 * 1024 };

/** Kinds of flows ended in one pass; what is left is found by the next. */
const mostPerPass = 500;

/** Ends UDP flows that go to endpoints no longer in use, by the program `conntrack` where it is installed. */
export class UdpFlowCleaner {
  readonly #prefix: readonly string[];
  readonly #own: () => readonly string[];
  #done: readonly UdpTarget[] = [];

  /** `prefix`: words put before each command; `own`: this node's addresses. */
  constructor(prefix: readonly string[] = [], own: () => readonly string[] = ownAddresses) {
    this.#prefix = prefix;
    this.#own = own;
  }

  /**
   * To be called once the rules stand; asks the kernel only when a target changed. Returns how many kinds of flows were
   * ended. Throws when conntrack is missing or fails; the next call tries again.
   */
  async clean(targets: readonly UdpTarget[]): Promise<number> {
    const known = new Set(this.#done);
    if (targets.every((target) => known.has(target))) return 0;
    const listed = await this.#run('-L', '-p', 'udp', '-f', 'ipv4');
    const stale = staleFlows(parseFlows(listed), targets, this.#own()).slice(0, mostPerPass);
    for (const { destination, port, answeredBy } of stale) {
      const flow = ['--orig-dst', destination, '--orig-port-dst', String(port), '--reply-src', answeredBy];
      await this.#run('-D', '-p', 'udp', ...flow);
    }
    this.#done = stale.length < mostPerPass ? targets : [];
    return stale.length;
  }

  async #run(...args: string[]): Promise<string> {
    const [program = '', ...words] = [...this.#prefix, 'conntrack', ...args];
    try {
      return (await execute(program, words, limits)).stdout;
    } catch (error) {
      // 1 with this sentence says that nothing matched: the flow ended by itself meanwhile.
      const { stderr } = error as { stderr?: string };
      if (stderr?.includes('0 flow entries have been deleted') === true) return '';
      throw error;
    }
  }
}

function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address));
}
