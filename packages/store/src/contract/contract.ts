import type { Storage } from '../storage.ts';
import { compactCases } from './compact-cases.ts';
import { durabilityCases } from './durability-cases.ts';
import { leaseCases } from './lease-cases.ts';
import { rangeCases } from './range-cases.ts';
import { txnCases } from './txn-cases.ts';
import { watchCases } from './watch-cases.ts';

export { ManualClock } from './manual-clock.ts';

/** One store under test, on data of its own. */
export interface ContractBackend extends AsyncDisposable {
  /** Values above it are refused with `too-large`. */
  maxValueBytes: number;
  /** A watcher may be so many events behind. */
  watchQueueEvents: number;
  /** Opens the store on whatever data is there; the caller has disposed the one before. */
  open(): Promise<Storage>;
  /**
   * Turns the store's clock on. Where there is `realTime` it only waits a little, and nobody can tell what has not ended
   * yet.
   */
  advance(ms: number): Promise<void>;
  /** The store's time cannot be turned on; the end of leases of so many seconds is waited for. */
  realTime?: { leaseSeconds: number } | undefined;
  /**
   * The store opened last and everything it had not synced are gone, without a chance to finish; the next open() finds
   * what remains. Of a process it is no more than kill -9.
   */
  powerCut(): Promise<void>;
}

export interface ContractCase {
  /** A sentence about the store. */
  name: string;
  /** Rejects when the backend does not fulfil it. */
  run(backend: ContractBackend): Promise<void>;
}

/** What every implementation of Storage must fulfil. */
export const contractCases: readonly ContractCase[] = [
  ...txnCases,
  ...rangeCases,
  ...watchCases,
  ...compactCases,
  ...leaseCases,
  ...durabilityCases,
];

/** The parts of a test runner that are needed; vitest's and node:test's fit. */
export interface TestRunner {
  describe(name: string, body: () => void): unknown;
  it: { (name: string, body: () => Promise<void>): unknown; skip(name: string, body: () => Promise<void>): unknown };
}

/** Cases that an implementation cannot fulfil, by their names, with the reason. */
export type Exceptions = Readonly<Record<string, string>>;

/** Registers the whole contract, each case on a backend of its own. @throws {Error} for an exception of no case */
export function storageContract(
  name: string,
  create: () => Promise<ContractBackend>,
  runner: TestRunner,
  exceptions: Exceptions = {},
): void {
  const unknown = Object.keys(exceptions).find((sentence) => !contractCases.some((each) => each.name === sentence));
  if (unknown !== undefined) throw new Error(`no case of the contract: ${unknown}`);
  runner.describe(`the storage contract on ${name}`, () => {
    for (const { name: sentence, run } of contractCases) {
      const body = async (): Promise<void> => {
        await using backend = await create();
        await run(backend);
      };
      const reason = exceptions[sentence];
      if (reason === undefined) runner.it(sentence, body);
      else runner.it.skip(`${sentence} [not here: ${reason}]`, body);
    }
  });
}
