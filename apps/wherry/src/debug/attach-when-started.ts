import type { ContainerStatus, Pod } from '@wherry/api';
import type { Invocation } from '../cli/command.ts';
import { CliError, isStatusReason, SilentExit } from '../cli/errors.ts';
import { attachNotice, attachTo } from '../commands/attach.ts';
import { follow } from '../connection/watch.ts';
import { podPath } from '../resources/pod-of.ts';
import type { Unstructured } from '../resources/unstructured.ts';

interface Attachment {
  readonly container: string;
  readonly stdin: boolean;
  readonly tty: boolean;
  readonly quiet: boolean;
}

/** Waits until a container has started, and joins it; what one that has ended said is in its log. */
export async function attachWhenStarted(
  invocation: Pick<Invocation, 'session' | 'io' | 'out' | 'err'>,
  pod: Pod,
  attachment: Attachment,
): Promise<void> {
  const { session, io, err } = invocation;
  const { container, quiet } = attachment;
  const { name, namespace = '' } = pod.metadata;
  let status: ContainerStatus | undefined;
  let said = '';
  const started = (object: Unstructured | undefined): boolean => {
    if (!object) throw new CliError(`pods ${JSON.stringify(name)} not found`);
    status = statusOf(object as unknown as Pod, container);
    const waiting = status?.state?.waiting?.message ?? '';
    if (waiting !== '' && waiting !== said && !quiet) err(`Warning: container ${container}: ${waiting}\n`);
    said = waiting;
    return status?.state?.running !== undefined || status?.state?.terminated !== undefined;
  };
  const listPath = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
  await follow(session, { listPath, name }, started, Number.POSITIVE_INFINITY, io.signal);
  if (io.signal.aborted) return;
  if (status?.state?.terminated) return await printLog(invocation, pod, container);
  if (attachment.stdin && !quiet) err(attachNotice);
  try {
    await attachTo(invocation, pod, attachment);
  } catch (error) {
    if (error instanceof SilentExit || io.signal.aborted || isStatusReason(error, 'Forbidden')) throw error;
    err(`warning: couldn't attach to pod/${name}, falling back to streaming logs: ${(error as Error).message}\n`);
    await printLog(invocation, pod, container);
  }
}

async function printLog(
  { session, out }: Pick<Invocation, 'session' | 'out'>,
  pod: Pod,
  container: string,
): Promise<void> {
  out(await session.request<string>({ method: 'GET', path: podPath(pod, 'log'), query: { container } }));
}

function statusOf({ status }: Pod, container: string): ContainerStatus | undefined {
  const { initContainerStatuses = [], containerStatuses = [], ephemeralContainerStatuses = [] } = status ?? {};
  const all = [...initContainerStatuses, ...containerStatuses, ...ephemeralContainerStatuses];
  return all.find(({ name }) => name === container);
}
