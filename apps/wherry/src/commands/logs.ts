import type { Pod } from '@wherry/api';
import { defineCommand, type Invocation } from '../cli/command.ts';
import { CliError, isStatusReason, throwGathered } from '../cli/errors.ts';
import { bool, duration, int, string } from '../cli/flags.ts';
import { readLines } from '../connection/lines.ts';
import { chooseContainer, containersOf, podPath, podsOf } from '../resources/pod-of.ts';
import { listAll, requireResource } from '../resources/select.ts';

const logFlags = {
  'all-containers': bool("Get all containers' logs in the pod(s)."),
  'all-pods': bool('Get logs from all pod(s). Sets prefix to true.'),
  container: string('Print the logs of this container', '', { short: 'c' }),
  follow: bool('Specify if the logs should be streamed.', false, { short: 'f' }),
  'ignore-errors': bool('If watching / following pod logs, allow for any errors that occur to be non-fatal'),
  'insecure-skip-tls-verify-backend': bool('Skip verifying the identity of the kubelet that logs are requested from.'),
  'limit-bytes': int('Maximum bytes of logs to return. Defaults to no limit.', 0),
  'max-log-requests': int('Specify maximum number of concurrent logs to follow when using by a selector.', 5),
  'pod-running-timeout': duration('The length of time to wait until at least one pod is running', 20_000),
  prefix: bool('Prefix each log line with the log source (pod name and container name)'),
  previous: bool('If true, print the logs for the previous instance of the container in a pod if it exists.', false, {
    short: 'p',
  }),
  selector: string("Selector (label query) to filter on, supports '=', '==', '!=', 'in', 'notin'.", '', { short: 'l' }),
  since: duration('Only return logs newer than a relative duration like 5s, 2m, or 3h. Defaults to all logs.', 0),
  'since-time': string('Only return logs after a specific date (RFC3339). Defaults to all logs.'),
  tail: int(
    'Lines of recent log file to display. Defaults to -1 with no selector, showing all log lines otherwise 10.',
    -1,
  ),
  timestamps: bool('Include timestamps on each line in the log output'),
};
type LogsInvocation = Invocation<typeof logFlags>;

export const logs = defineCommand({
  name: 'logs',
  summary: 'Print the logs for a container in a pod',
  usage: '[-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]',
  examples: `# The last 20 lines of a pod's log, and what follows
wherry logs -f --tail=20 web
# All pods of an application, each line with its source
wherry logs -l app=web --prefix`,
  flags: logFlags,
  run: runLogs,
});

interface Source {
  readonly pod: Pod;
  readonly container: string;
}

async function runLogs(invocation: LogsInvocation): Promise<void> {
  const { flags, args } = invocation;
  if ((args.length === 0 && !flags.selector) || args.length > 2) {
    throw new CliError(
      "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command\nSee 'wherry logs -h' for help and examples",
    );
  }
  if (args.length > 0 && flags.selector)
    throw new CliError("only a selector (-l) or a POD name is allowed\nSee 'wherry logs -h' for help and examples");
  if (flags.container && flags['all-containers'])
    throw new CliError('--all-containers=true should not be specified with container name ' + flags.container);
  if (flags.since && flags['since-time'])
    throw new CliError('at most one of `sinceTime` or `sinceSeconds` may be specified');
  if (flags['since-time'] && Number.isNaN(Date.parse(flags['since-time'])))
    throw new CliError(
      `parsing time ${JSON.stringify(flags['since-time'])} as "2006-01-02T15:04:05Z07:00": cannot parse ${JSON.stringify(flags['since-time'])} as "2006"`,
    );
  if (flags.tail < -1) throw new CliError('--tail must be greater than or equal to -1');
  const sources = await sourcesOf(invocation);
  if (sources.length === 0) {
    invocation.err(`No resources found in ${await invocation.session.namespace()} namespace.\n`);
    return;
  }
  if (flags.follow && sources.length > flags['max-log-requests']) {
    throw new CliError(
      `you are attempting to follow ${sources.length} log streams, but maximum allowed concurrency is ${flags['max-log-requests']}, use --max-log-requests to increase the limit`,
    );
  }
  const errors: unknown[] = [];
  const print = async (source: Source): Promise<void> => {
    try {
      await printLog(invocation, source);
    } catch (error) {
      if (flags['ignore-errors']) invocation.err(`error: ${(error as Error).message}\n`);
      else if (!invocation.io.signal.aborted) errors.push(error);
    }
  };
  if (flags.follow) await Promise.all(sources.map(print));
  else for (const source of sources) await print(source);
  throwGathered(errors);
}

async function sourcesOf(invocation: LogsInvocation): Promise<Source[]> {
  const { flags, args, session } = invocation;
  const every = flags['all-containers'];
  if (flags.selector) {
    const pods = requireResource(await session.resources(), 'pods');
    const found = await listAll(session, pods, { namespace: await session.namespace(), selector: flags.selector });
    return found.flatMap((o) => sourcesOfPod(invocation, o as unknown as Pod, every, flags.container));
  }
  // The last of three words, or the second after TYPE/NAME, is a container.
  const [first = '', second] = args;
  const container = flags.container || (first.includes('/') || args.length === 2 ? (second ?? '') : '');
  const pods = await podsOf(session, args.slice(0, 1), 0, true).catch(async (error: unknown) => {
    if (!isStatusReason(error, 'NotFound')) throw error;
    const where = JSON.stringify(await session.namespace());
    throw new CliError(`error from server (NotFound): ${(error as Error).message} in namespace ${where}`);
  });
  const [pod] = pods;
  if (!pod) throw new CliError('pod not found');
  if (flags['all-pods']) return pods.flatMap((p) => sourcesOfPod(invocation, p, every, container));
  if (pods.length > 1) invocation.err(`Found ${pods.length} pods, using pod/${pod.metadata.name}\n`);
  return sourcesOfPod(invocation, pod, every, container);
}

function sourcesOfPod(invocation: LogsInvocation, pod: Pod, every: boolean, container: string): Source[] {
  if (!every) return [{ pod, container: chooseContainer(pod, container, invocation.err) }];
  const all = containersOf(pod);
  const ordered = [...all.filter((c) => c.kind === 'init'), ...all.filter((c) => c.kind !== 'init')];
  return ordered.map(({ name }) => ({ pod, container: name }));
}

async function printLog(invocation: LogsInvocation, { pod, container }: Source): Promise<void> {
  const { flags, session, io } = invocation;
  const tail = invocation.changed('tail') || !flags.selector ? flags.tail : 10;
  const client = await session.client();
  const answer = await client.stream({
    method: 'GET',
    path: podPath(pod, 'log'),
    query: {
      container,
      follow: flags.follow ? 'true' : undefined,
      previous: flags.previous ? 'true' : undefined,
      timestamps: flags.timestamps ? 'true' : undefined,
      sinceSeconds: flags.since > 0 ? String(Math.ceil(flags.since / 1000)) : undefined,
      sinceTime: flags['since-time'] || undefined,
      tailLines: tail >= 0 ? String(tail) : undefined,
      limitBytes: flags['limit-bytes'] > 0 ? String(flags['limit-bytes']) : undefined,
    },
    accept: '*/*',
    signal: io.signal,
    timeoutMs: session.timeoutMs ?? Number.POSITIVE_INFINITY,
  });
  if (flags.prefix || flags['all-pods']) {
    const prefix = `[pod/${pod.metadata.name}/${container}] `;
    for await (const line of readLines(answer.body)) invocation.out(`${prefix}${line}\n`);
    return;
  }
  for await (const chunk of answer.body) {
    if (!io.stdout.write(chunk as Buffer)) await new Promise((resolve) => void io.stdout.once('drain', resolve));
  }
}
