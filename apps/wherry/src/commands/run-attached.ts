import type { Pod } from '@wherry/api';
import type { Invocation } from '../cli/command.ts';
import { CliError, SilentExit } from '../cli/errors.ts';
import { follow } from '../connection/watch.ts';
import { podPath } from '../resources/pod-of.ts';
import type { Unstructured } from '../resources/unstructured.ts';
import { attachTo } from './attach.ts';

interface AttachedRun {
  readonly stdin: boolean;
  readonly tty: boolean;
  readonly remove: boolean;
  readonly quiet: boolean;
  readonly timeoutMs: number;
}

/** Waits until the new pod runs, attaches to it, reports its exit code, and deletes it with --rm. */
export async function runAttached(
  invocation: Pick<Invocation, 'session' | 'io' | 'out' | 'err'>,
  created: Unstructured,
  options: AttachedRun,
): Promise<void> {
  const { session, io } = invocation;
  const pod = created as unknown as Pod;
  const { name, namespace } = pod.metadata;
  const listPath = `/api/v1/namespaces/${namespace}/pods`;
  try {
    let seen = pod;
    const started = (object: Unstructured | undefined): boolean => {
      if (!object) throw new CliError(`pods ${JSON.stringify(name)} not found`);
      seen = object as unknown as Pod;
      return ['Running', 'Succeeded', 'Failed'].includes(seen.status?.phase ?? '');
    };
    if (!(await follow(session, { listPath, name }, started, options.timeoutMs, io.signal))) {
      throw new CliError('timed out waiting for the condition');
    }
    const container = seen.spec.containers[0]?.name ?? name;
    if (seen.status?.phase === 'Running') {
      if (options.stdin && !options.quiet) invocation.err("If you don't see a command prompt, try pressing enter.\n");
      await attachTo(invocation, seen, { ...options, container });
    } else {
      // It was over before anyone could attach: what it said is in its log.
      invocation.out(
        await session.request<string>({ method: 'GET', path: podPath(seen, 'log'), query: { container } }),
      );
    }
    const code = await exitCodeOf(invocation, pod, listPath);
    if (code !== 0) {
      invocation.err(`pod ${namespace}/${name} terminated (Error)\n`);
      throw new SilentExit(code);
    }
  } finally {
    if (options.remove) {
      const path = `${listPath}/${name}`;
      await session.request({
        method: 'DELETE',
        path,
        body: { apiVersion: 'v1', kind: 'DeleteOptions' },
        signal: AbortSignal.timeout(10_000),
      });
      if (!options.quiet) invocation.out(`pod ${JSON.stringify(name)} deleted from ${namespace} namespace\n`);
    }
  }
}

async function exitCodeOf(
  { session, io }: Pick<Invocation, 'session' | 'io'>,
  pod: Pod,
  listPath: string,
): Promise<number> {
  if (pod.spec.restartPolicy === 'Always') return 0;
  let code = 0;
  const ended = (object: Unstructured | undefined): boolean => {
    const status = (object as unknown as Pod | undefined)?.status;
    code = status?.containerStatuses?.[0]?.state?.terminated?.exitCode ?? 0;
    return !object || status?.phase === 'Succeeded' || status?.phase === 'Failed';
  };
  await follow(session, { listPath, name: pod.metadata.name }, ended, endTimeoutMs, io.signal);
  return code;
}

/** How long the kubelet may take to report that the container which was attached to has ended. */
const endTimeoutMs = 30_000;
