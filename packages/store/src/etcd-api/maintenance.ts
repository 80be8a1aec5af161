import { createHash } from 'node:crypto';
import { AlarmAction, AlarmType, type alarmMember, type Input, maintenanceService } from '../etcd-proto/index.ts';
import type { Alarm } from '../etcd-store.ts';
import { etcdErrors } from './errors.ts';
import type { Guard } from './guard.ts';
import { type Route, streaming, unary } from './grpc/index.ts';
import { headerOf, type Service } from './service.ts';
import { etcdVersion } from './version.ts';

export function maintenanceRoutes(service: Service, guard: Guard): Route[] {
  const { store } = service;
  return [
    unary(maintenanceService.alarm, async ({ action, memberId, alarm }, call) => {
      guard(call);
      if (typeof memberId === 'bigint') return { header: headerOf(service) };
      const asked = { member: memberId, type: typeOf(alarm) };
      return { header: headerOf(service), alarms: await alarms(service, action, asked) };
    }),

    unary(maintenanceService.status, (_, call) => {
      guard(call, true);
      const status = store.status();
      return {
        header: headerOf(service),
        version: etcdVersion,
        dbSize: status.dbSizeBytes,
        dbSizeInUse: status.dbSizeInUseBytes,
        leader: status.leader,
        raftIndex: status.raftIndex,
        raftTerm: status.term,
        raftAppliedIndex: status.appliedIndex,
        errors: status.errors,
        isLearner: status.isLearner,
        storageVersion: etcdVersion,
      };
    }),

    unary(maintenanceService.defragment, async (_, call) => {
      guard(call);
      await store.defragment();
      return {};
    }),

    unary(maintenanceService.hash, async (_, call) => {
      guard(call);
      const { hash } = await store.hash(0);
      return { header: headerOf(service), hash };
    }),

    unary(maintenanceService.hashKv, async (request, call) => {
      guard(call);
      const { hash, revision, compactedRevision } = await store.hash(Math.max(request.revision, 0));
      return { header: headerOf(service), hash, compactRevision: compactedRevision, hashRevision: revision };
    }),

    streaming(maintenanceService.snapshot, async (stream) => {
      for await (const _ of stream.requests) break;
      const { bytes, chunks } = await store.backup();
      const header = headerOf(service);
      const hash = createHash('sha256');
      let remainingBytes = bytes + paddingOf(bytes);
      for await (const blob of withPadding(chunks)) {
        if (stream.signal.aborted) return;
        hash.update(blob);
        // What was said before may have been about so much.
        remainingBytes = Math.max(0, remainingBytes - blob.length);
        stream.send({ header, remainingBytes, blob, version: etcdVersion });
        await stream.ready();
      }
      stream.send({ header, remainingBytes: 0, blob: hash.digest(), version: etcdVersion });
    }),

    unary(maintenanceService.moveLeader, async ({ targetId }, call) => {
      guard(call);
      const { leader, memberId } = store.status();
      if (leader !== memberId) throw etcdErrors.notLeader;
      if (typeof targetId === 'bigint') throw etcdErrors.badTransferee;
      await store.moveLeader(targetId);
      return {};
    }),

    unary(maintenanceService.downgrade, ({ action, version }) => {
      // There is but one version of what is stored: none to go back to, and none on the way.
      if (action === cancelDowngrade) throw etcdErrors.noDowngrade;
      throw /^v?\d+\.\d+(\.\d+)?$/.test(version) ? etcdErrors.invalidDowngradeTarget : etcdErrors.wrongDowngradeVersion;
    }),
  ];
}

const cancelDowngrade = 2;

/** undefined: any. */
function typeOf(alarm: number): Alarm['type'] | undefined {
  return alarm === AlarmType.noSpace ? 'noSpace' : alarm === AlarmType.corrupt ? 'corrupt' : undefined;
}

type Asked = { member: number; type: Alarm['type'] | undefined };

/** Does what is asked and returns the alarms it is about; without a type nothing is raised or cleared, as in etcd. */
async function alarms(
  { store }: Service,
  action: number,
  { member, type }: Asked,
): Promise<Input<typeof alarmMember>[]> {
  if (action === AlarmAction.get) {
    await store.linearize();
    const fits = (alarm: Alarm) => (member === 0 || alarm.member === member) && (type ?? alarm.type) === alarm.type;
    return store.alarms().filter(fits).map(toAlarmMember);
  }
  if (type === undefined) return [];
  const alarm = { member, type };
  if (action === AlarmAction.activate) {
    await store.raiseAlarm(alarm);
    return [toAlarmMember(alarm)];
  }
  const raised = store.alarms().some((other) => other.member === member && other.type === type);
  if (action !== AlarmAction.deactivate || !raised) return [];
  await store.clearAlarm(alarm);
  return [toAlarmMember(alarm)];
}

function toAlarmMember({ member, type }: Alarm): Input<typeof alarmMember> {
  return { memberId: member, alarm: AlarmType[type] };
}

/** etcdctl takes a snapshot for whole when its length, without the checksum, is a multiple of this. */
const pageBytes = 512;
const blobBytes = 64 * 1024;

function paddingOf(bytes: number): number {
  return (pageBytes - (bytes % pageBytes)) % pageBytes;
}

/** In pieces that any client takes, and with zeros after it to a whole number of pages. */
async function* withPadding(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    for (let at = 0; at < chunk.length; at += blobBytes) yield chunk.subarray(at, at + blobBytes);
  }
  if (paddingOf(bytes) > 0) yield new Uint8Array(paddingOf(bytes));
}
