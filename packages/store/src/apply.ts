import { applyAlarm, applyAttributes, applyVerify } from './apply-cluster.ts';
import { grantLease, keepAliveLease, revokeLease } from './apply-lease.ts';
import { applyTxn, mayPut } from './apply-txn.ts';
import type { Applied, ApplyContext, Command, Response } from './command.ts';
import { compactedAway, corruptCluster, inTheFuture, noSpace, only } from './respond.ts';
import type { State } from './state.ts';

/**
 * Applies one command to the state, in place, and says what it did. Deterministic; a command that is refused changes
 * nothing. What it gave must be written to the ledger before the next command is applied.
 */
export function apply(state: State, command: Command, context: ApplyContext): Applied {
  const refusal = state.alarms.length === 0 ? undefined : refuseAlarmed(state, command);
  if (refusal !== undefined) return only(refusal);
  switch (command.type) {
    case 'txn':
      return applyTxn(state, command.request, context);
    case 'leaseGrant':
      return grantLease(state, command, context.timeMs);
    case 'leaseKeepAlive':
      return keepAliveLease(state, command.id, context.timeMs);
    case 'leaseRevoke':
      return revokeLease(state, command.id, expiredBy(command, context));
    case 'compact':
      return compact(state, command.revision);
    case 'alarm':
      return applyAlarm(state, command.action, command.alarm);
    case 'verify':
      return applyVerify(state, command.revision, command.chain);
    case 'memberAttributes':
      return applyAttributes(state, command);
  }
}

/**
 * A leader that was deposed while it was paused may have found a lease expired by a clock that ran on without the others,
 * and may propose its end to the one who leads now: that one's clock says whether it has.
 */
function expiredBy({ expiredByMs }: Command & { type: 'leaseRevoke' }, { timeMs }: ApplyContext): number | undefined {
  return expiredByMs === undefined ? undefined : Math.min(expiredByMs, timeMs);
}

/** As etcd: without space whatever might add something is refused, in a corrupt cluster whatever touches its keys. */
function refuseAlarmed(state: State, command: Command): Response | undefined {
  const { type } = command;
  if (type === 'alarm' || type === 'verify' || type === 'memberAttributes') return undefined;
  if (state.alarms.some((alarm) => alarm.type === 'corrupt')) return corruptCluster;
  return type === 'leaseGrant' || (type === 'txn' && mayPut(command.request)) ? noSpace : undefined;
}

function compact(state: State, revision: number): Applied {
  if (revision > state.revision) return only(inTheFuture);
  if (revision <= state.compactedRevision) return only(compactedAway);
  state.compactedRevision = revision;
  return { ...only({ type: 'done' }), compacted: revision };
}
