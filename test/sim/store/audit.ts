import type { WatchEvent } from '@wherry/store';
import type { Store } from '@wherry/store';
import type { World } from '../world/cluster.ts';
import type { MvccModel } from './mvcc-model.ts';

/**
 * Looks over the shoulder of one run of a member: all that it can still show of the past when it starts, and then every
 * change, has to be what the others have.
 */
export function audit(
  world: World,
  model: MvccModel,
  id: number,
  store: Store,
  mayLack: (revision: number) => boolean,
): void {
  let next = Math.max(2, store.status().compactedRevision);
  store.watchRange({ key: '\0', rangeEnd: '\0' }, next, {
    onBatch({ revision, events }) {
      let at = 0;
      while (at < events.length) {
        const of = (events[at] as WatchEvent).kv.modRevision;
        let end = at;
        while (end < events.length && (events[end] as WatchEvent).kv.modRevision === of) end++;
        // At the compacted revision itself some events may be gone.
        if (of !== next && !(mayLack(next) && of > next))
          world.finding(`member ${id} shows revision ${of} after ${next - 1}`);
        if (!(mayLack(of) && model.eventsAt(of) !== undefined))
          model.observe(`member ${id}`, of, events.slice(at, end), mayLack, world.scheduler.nowMs);
        next = of + 1;
        at = end;
      }
      next = Math.max(next, revision + 1);
    },
    onEnd(error) {
      if (error?.code === 'compacted' && mayLack(next)) return audit(world, model, id, store, mayLack);
      if (error?.code !== 'closed' && error?.code !== 'unavailable')
        world.finding(`the audit of member ${id} ends with ${error?.code}: ${error?.message}`);
    },
  });
}
