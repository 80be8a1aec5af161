/** True, or why not. A throw is a failure too. */
export type Check = () => true | string | Promise<true | string>;

export interface HealthAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

type Probe = 'healthz' | 'livez' | 'readyz';
interface NamedCheck {
  readonly name: string;
  readonly check: Check;
  readonly probes: ReadonlySet<Probe>;
}

const checkTimeoutMs = 5_000;

/** The checks behind /healthz, /livez and /readyz, and their answers in upstream's words. */
export class Health {
  readonly #checks: NamedCheck[] = [];

  constructor() {
    this.addCheck('ping', () => true);
  }

  /** @param on which probes ask it; /healthz asks all. Both unless told. */
  addCheck(name: string, check: Check, on: { readonly live?: boolean; readonly ready?: boolean } = {}): void {
    const probes = new Set<Probe>(['healthz']);
    if (on.live !== false) probes.add('livez');
    if (on.ready !== false) probes.add('readyz');
    this.#checks.push({ name, check, probes });
  }

  /** Answers `/readyz`, `/readyz/NAME`, `?verbose`, `?exclude=NAME`; undefined for any other path. */
  async answer(url: string): Promise<HealthAnswer | undefined> {
    const { pathname, searchParams } = new URL(url, 'http://localhost');
    const [, probe, name, ...rest] = pathname.split('/');
    if (!isProbe(probe) || rest.length > 0) return undefined;
    const checks = this.#checks.filter((check) => check.probes.has(probe));
    if (name !== undefined && name !== '') {
      const one = checks.find((check) => check.name === name);
      return one === undefined ? undefined : single(await run(one));
    }
    const excluded = new Set(searchParams.getAll('exclude'));
    const results = await Promise.all(
      checks.map(async (check) => (excluded.has(check.name) ? excludedResult(check) : run(check))),
    );
    const unmatched = [...excluded].filter((item) => !checks.some((check) => check.name === item));
    return report(probe, results, unmatched, searchParams.has('verbose'));
  }
}

interface Result {
  readonly name: string;
  readonly outcome: 'ok' | 'excluded' | 'failed';
  readonly reason: string;
}

function isProbe(text: string | undefined): text is Probe {
  return text === 'healthz' || text === 'livez' || text === 'readyz';
}

function excludedResult(check: NamedCheck): Result {
  return { name: check.name, outcome: 'excluded', reason: '' };
}

async function run({ name, check }: NamedCheck): Promise<Result> {
  const late = Promise.withResolvers<string>();
  const timer = setTimeout(() => late.resolve(`no answer within ${checkTimeoutMs} ms`), checkTimeoutMs);
  try {
    const outcome = await Promise.race([check(), late.promise]);
    return outcome === true ? { name, outcome: 'ok', reason: '' } : { name, outcome: 'failed', reason: outcome };
  } catch (error) {
    return { name, outcome: 'failed', reason: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}

function single(result: Result): HealthAnswer {
  if (result.outcome === 'ok') return text(200, 'ok');
  return text(500, `internal server error: ${result.reason}\n`);
}

function report(
  probe: Probe,
  results: readonly Result[],
  unmatched: readonly string[],
  verbose: boolean,
): HealthAnswer {
  const failed = results.some((result) => result.outcome === 'failed');
  if (!failed && !verbose) return text(200, 'ok');
  const lines = results.map((result) => {
    if (result.outcome === 'excluded') return `[+]${result.name} excluded: ok`;
    // The reason may tell more than the asker should know; it is in the log, and under /livez/NAME.
    return result.outcome === 'ok' ? `[+]${result.name} ok` : `[-]${result.name} failed: reason withheld`;
  });
  if (unmatched.length > 0) {
    const names = unmatched.map((name) => JSON.stringify(name)).join(',');
    lines.push(`warn: some health checks cannot be excluded: no matches for ${names}`);
  }
  lines.push(`${probe} check ${failed ? 'failed' : 'passed'}`);
  return text(failed ? 500 : 200, `${lines.join('\n')}\n`);
}

function text(status: number, body: string): HealthAnswer {
  return { status, contentType: 'text/plain; charset=utf-8', body };
}
