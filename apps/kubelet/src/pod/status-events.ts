import type { Pod, PodStatus } from '@wherry/api';
import { podWords } from './facts.ts';

export interface PodEvent {
  readonly container: string;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/** What is worth an Event between two statuses: that something waits now that did not before. */
export function statusEvents(pod: Pod, before: PodStatus | undefined, after: PodStatus): PodEvent[] {
  const events: PodEvent[] = [];
  for (const [old, now] of [
    [before?.initContainerStatuses, after.initContainerStatuses],
    [before?.containerStatuses, after.containerStatuses],
    [before?.ephemeralContainerStatuses, after.ephemeralContainerStatuses],
  ]) {
    for (const status of now ?? []) {
      const reason = status.state?.waiting?.reason;
      const previous = old?.find((candidate) => candidate.name === status.name)?.state?.waiting?.reason;
      if (reason === undefined || reason === previous) continue;
      const container = status.name;
      if (reason === 'CrashLoopBackOff') {
        const message = `Back-off restarting failed container ${container} in pod ${podWords(pod)}`;
        events.push({ container, type: 'Warning', reason: 'BackOff', message });
      }
      if (reason === 'ImagePullBackOff') {
        events.push({
          container,
          type: 'Normal',
          reason: 'BackOff',
          message: `Back-off pulling image "${status.image}"`,
        });
        events.push({ container, type: 'Warning', reason: 'Failed', message: 'Error: ImagePullBackOff' });
      }
    }
  }
  return events;
}
