interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

const months = ['', 'jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const fields: readonly Bounds[] = [
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  { min: 1, max: 12, names: months },
  { min: 0, max: 6, names: days },
];
const macros = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'];

/** What is wrong with a schedule of the five standard fields or a macro, in the words of robfig/cron; else undefined. */
export function cronProblem(schedule: string): string | undefined {
  let rest = schedule;
  const zone = /^(?:TZ|CRON_TZ)=(\S*)(?:\s+(.*))?$/s.exec(schedule);
  if (zone !== null) {
    const [, name = '', after = ''] = zone;
    if (!isTimeZone(name)) return `provided bad location ${name}: unknown time zone ${name}`;
    rest = after;
  }
  if (rest.startsWith('@')) return macroProblem(rest);
  const parts = rest.split(/\s+/).filter((part) => part !== '');
  if (parts.length !== fields.length) {
    return `expected exactly ${fields.length} fields, found ${parts.length}: [${parts.join(' ')}]`;
  }
  for (const [index, bounds] of fields.entries()) {
    for (const expression of (parts[index] ?? '').split(',').filter((text) => text !== '')) {
      const problem = rangeProblem(expression, bounds);
      if (problem !== undefined) return problem;
    }
  }
  return undefined;
}

/** Whether Go's time.LoadLocation knows the name. */
export function isTimeZone(name: string): boolean {
  if (name === '' || name === 'UTC' || name === 'Local') return true;
  if (/^[+-]|^[0-9]/.test(name)) return false;
  try {
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions();
    // Names are files to Go: their case counts. An alias resolves to another name.
    return timeZone.toLowerCase() !== name.toLowerCase() || timeZone === name;
  } catch {
    return false;
  }
}

const every = '@every ';

function macroProblem(text: string): string | undefined {
  if (macros.includes(text)) return undefined;
  if (!text.startsWith(every)) return `unrecognized descriptor: ${text}`;
  const duration = text.slice(every.length);
  if (/^[-+]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(duration) || duration === '0')
    return undefined;
  return `failed to parse duration ${text}: time: invalid duration ${JSON.stringify(duration)}`;
}

function rangeProblem(expression: string, bounds: Bounds): string | undefined {
  const [range = '', step, ...moreSteps] = expression.split('/');
  const [low = '', high, ...moreEnds] = range.split('-');
  let [start, end] = [bounds.min, bounds.max];
  if (low !== '*' && low !== '?') {
    const first = numberOrName(low, bounds);
    if (typeof first === 'string') return first;
    if (moreEnds.length > 0) return `too many hyphens: ${expression}`;
    const last = high === undefined ? first : numberOrName(high, bounds);
    if (typeof last === 'string') return last;
    [start, end] = [first, last];
  }
  if (moreSteps.length > 0) return `too many slashes: ${expression}`;
  const every = step === undefined ? 1 : numberOf(step);
  if (typeof every === 'string') return every;
  if (step !== undefined && high === undefined) end = bounds.max;
  if (start < bounds.min) return `beginning of range (${start}) below minimum (${bounds.min}): ${expression}`;
  if (end > bounds.max) return `end of range (${end}) above maximum (${bounds.max}): ${expression}`;
  if (start > end) return `beginning of range (${start}) beyond end of range (${end}): ${expression}`;
  if (every === 0) return `step of range should be a positive number: ${expression}`;
  return undefined;
}

function numberOrName(text: string, { names }: Bounds): number | string {
  const index = text === '' ? -1 : (names?.indexOf(text.toLowerCase()) ?? -1);
  return index >= 0 ? index : numberOf(text);
}

function numberOf(text: string): number | string {
  if (!/^[+-]?[0-9]+$/.test(text)) {
    return `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`;
  }
  const number = Number(text);
  return number < 0 ? `negative number (${number}) not allowed: ${text}` : number;
}
