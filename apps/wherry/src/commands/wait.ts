import { defineCommand } from '../cli/command.ts';
import { CliError, isStatusReason, throwGathered } from '../cli/errors.ts';
import { array, duration } from '../cli/flags.ts';
import { follow } from '../connection/watch.ts';
import { findValues } from '../jsonpath/evaluate.ts';
import { JsonPathError, parseTemplate } from '../jsonpath/parse.ts';
import { goText } from '../printing/go-text.ts';
import { resourcePath } from '../resources/mapping.ts';
import { getObject, type Info } from '../resources/select.ts';
import { field, type Unstructured } from '../resources/unstructured.ts';
import { Outcome, outputFlags } from './outcome.ts';
import { selectedInfos, selectionFlags } from './selection-flags.ts';

type Judge = (object: Unstructured | undefined) => boolean;

export const wait = defineCommand({
  name: 'wait',
  summary: 'Wait for a specific condition on one or many resources',
  usage:
    "([-f FILENAME] | resource.group/resource.name | resource.group [(-l label | --all)]) [--for=create|--for=delete|--for condition=available|--for=jsonpath='{}'[=value]]",
  examples: `# Until a pod is ready
wherry wait --for=condition=Ready pod/web
# Until it is gone, at most a minute
wherry wait --for=delete pod/web --timeout=60s
# Until a field has a value
wherry wait --for=jsonpath='{.status.phase}'=Running pod/web`,
  flags: {
    ...outputFlags,
    ...selectionFlags,
    for: array(
      "The condition to wait on: [create|delete|condition=condition-name[=condition-value]|jsonpath='{JSONPath expression}'=[JSONPath value]].",
    ),
    timeout: duration(
      "The length of time to wait before giving up. Zero means check once and don't wait, negative means wait for a week.",
      30_000,
    ),
  },
  run: async (invocation) => {
    const { flags, session, io, args } = invocation;
    const condition = flags.for.at(-1) ?? '';
    const { judge, onMissing } = readCondition(condition);
    const outcome = await Outcome.of(invocation);
    const limit = flags.timeout < 0 ? weekMs : flags.timeout;
    const deadline = Date.now() + limit;
    const infos = await selectedInfos(invocation, args, 'wait');
    if (infos.length === 0) {
      if (onMissing === 'met') return;
      throw new CliError('no matching resources found');
    }
    const errors: unknown[] = [];
    for (const info of infos) {
      try {
        const seen = await waitFor(info, Math.max(deadline - Date.now(), 0));
        if (seen) outcome.say(info.resource, seen, 'condition met');
      } catch (error) {
        errors.push(error);
      }
    }
    throwGathered(errors);

    async function waitFor(info: Info, timeoutMs: number): Promise<Unstructured | undefined> {
      let last: Unstructured | undefined;
      try {
        last = await getObject(session, info);
      } catch (error) {
        if (!isStatusReason(error, 'NotFound') || onMissing === 'fail') throw error;
        if (onMissing === 'met') return undefined;
      }
      // An object of the same name that was made later is not the one that was asked about.
      const uid = last?.metadata.uid;
      const done: Judge = (object) => {
        if (onMissing === 'met' && (!object || object.metadata.uid !== uid)) return true;
        if (!object && onMissing === 'fail')
          throw new CliError(`${info.resource.plural} ${JSON.stringify(info.name)} was deleted`);
        last = object ?? last;
        return judge(object);
      };
      if (last && done(last)) return last;
      const listPath = resourcePath(info.resource, info.namespace);
      if (timeoutMs > 0 && (await follow(session, { listPath, name: info.name }, done, timeoutMs, io.signal)))
        return last;
      const subject = `${info.resource.plural}/${info.name}`;
      // A limit of zero looks once.
      if (limit === 0 && onMissing === 'fail') throw new CliError(`condition not met for ${subject}`);
      throw new CliError(`timed out waiting for the condition${last ? ` on ${subject}` : ''}`);
    }
  },
});

const weekMs = 7 * 24 * 3600 * 1000;

/** What --for says, as a question about an object, and what it means when there is no object. */
export function readCondition(text: string): { judge: Judge; onMissing: 'met' | 'wait' | 'fail' } {
  if (text === '') throw new CliError('unrecognized condition: []');
  const lower = text.toLowerCase();
  if (lower === 'delete') return { judge: (object) => object === undefined, onMissing: 'met' };
  if (lower === 'create') return { judge: (object) => object !== undefined, onMissing: 'wait' };
  if (lower.startsWith('condition=')) {
    const [name = '', value = 'true'] = text.slice('condition='.length).split('=');
    return { judge: (object) => hasCondition(object, name, value), onMissing: 'fail' };
  }
  if (lower.startsWith('jsonpath=')) return { judge: jsonPathJudge(text.slice('jsonpath='.length)), onMissing: 'fail' };
  throw new CliError(`unrecognized condition: ${JSON.stringify(text)}`);
}

interface StatusCondition {
  readonly type?: string;
  readonly status?: string;
  readonly observedGeneration?: number;
}

function hasCondition(object: Unstructured | undefined, name: string, value: string): boolean {
  const conditions = (field(object, 'status', 'conditions') ?? []) as StatusCondition[];
  const found = conditions.find((c) => c.type?.toLowerCase() === name.toLowerCase());
  if (!found || !object) return false;
  const observed = found.observedGeneration ?? Number(field(object, 'status', 'observedGeneration') ?? Infinity);
  if (observed < (object.metadata.generation ?? 0)) return false;
  return found.status?.toLowerCase() === value.toLowerCase();
}

function jsonPathJudge(text: string): Judge {
  const match = /^('?)(\{[^{}]*\}|[^{}=]+)\1(?:=(.*))?$/s.exec(text);
  const [, , path = '', value] = match ?? [];
  if (text.endsWith('=') && text.indexOf('=') === text.length - 1) {
    throw new CliError(
      `jsonpath wait has to have a value after equal sign, like --for=jsonpath='{.status.readyReplicas}'=3`,
    );
  }
  if (!match || path === '')
    throw new CliError(
      `jsonpath wait format must be --for=jsonpath='{.status.readyReplicas}'=3 or --for=jsonpath='{.status.readyReplicas}'`,
    );
  try {
    const braced = path.startsWith('{') ? path : `{${path.startsWith('.') ? path : `.${path}`}}`;
    const nodes = parseTemplate(braced);
    const wanted = value?.replace(/^'(.*)'$|^"(.*)"$/s, '$1$2');
    return (object) => {
      if (!object) return false;
      const values = findValues(nodes, object);
      if (values.length > 1) throw new CliError('given jsonpath expression matches more than one value');
      const [found] = values;
      if (found === undefined) return false;
      if (wanted === undefined) return true;
      if (typeof found === 'object' && found !== null)
        throw new CliError('jsonpath leads to a nested object or list which is not supported');
      return goText(found).trim() === wanted.trim();
    };
  } catch (error) {
    if (error instanceof JsonPathError) throw new CliError(`error parsing jsonpath ${path}: ${error.message}`);
    throw error;
  }
}
