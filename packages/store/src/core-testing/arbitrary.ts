import fc from 'fast-check';
import type { Command } from '../command.ts';
import type { EtcdCompare, EtcdOperation, EtcdTxnRequest, KeyRange } from '../etcd-store.ts';

/** Few keys, so that they meet; among them some that are no text. */
export const keys = ['/a', '/a/1', '/a/2', '/b', '/b\xff', '/b\xff\x01', '/c', '\0', '\xff\xff'] as const;
const key = fc.constantFrom(...keys);
const range: fc.Arbitrary<KeyRange> = fc.oneof(
  { weight: 3, arbitrary: key.map((only): KeyRange => ({ key: only })) },
  fc
    .tuple(key, fc.oneof(key, fc.constantFrom('\0', '/b0')))
    .map(([from, to]): KeyRange => ({ key: from, rangeEnd: to })),
);
const value = fc.constantFrom('', 'x', 'y', 'yy').map((text) => Buffer.from(text));
const lease = fc.nat(4);
/** Of the time of a short test; 0 is the newest. */
const revision = fc.oneof(fc.constant(0), fc.nat(12));
const op = fc.constantFrom(...(['=', '!=', '<', '>'] as const));
const compare: fc.Arbitrary<EtcdCompare> = fc.oneof(
  fc
    .tuple(range, fc.constantFrom(...(['version', 'createRevision', 'modRevision', 'lease'] as const)), op, fc.nat(8))
    .map(([at, target, how, than]): EtcdCompare => ({ ...at, target, op: how, value: than })),
  fc.tuple(range, op, value).map(([at, how, than]): EtcdCompare => ({ ...at, target: 'value', op: how, value: than })),
);
const rare = fc.integer({ min: 0, max: 5 }).map((n) => n === 0);
const { txn } = fc.letrec<{ txn: EtcdTxnRequest; operation: EtcdOperation }>((tie) => ({
  txn: fc.record({
    compares: fc.array(compare, { maxLength: 2 }),
    success: fc.array(tie('operation'), { minLength: 1, maxLength: 4 }),
    failure: fc.array(tie('operation'), { maxLength: 2 }),
  }),
  operation: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    {
      weight: 6,
      arbitrary: fc
        .record({ key, value, lease: fc.oneof(fc.constant(0), lease), ignoreValue: rare, ignoreLease: rare })
        .map((put): EtcdOperation => ({ type: 'put', ...put })),
    },
    { weight: 2, arbitrary: range.map((at): EtcdOperation => ({ type: 'delete', ...at })) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(range, fc.record({ revision, limit: fc.nat(2), countOnly: fc.boolean() }))
        .map(([at, how]): EtcdOperation => ({ type: 'range', ...at, ...how })),
    },
    { weight: 1, arbitrary: tie('txn').map((request): EtcdOperation => ({ type: 'txn', ...request })) },
  ),
}));

const member = fc.constantFrom(1, 2);
/** Commands as members may propose them, such as make no sense among them. */
export const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 20, arbitrary: txn.map((request): Command => ({ type: 'txn', request })) },
  { weight: 3, arbitrary: lease.map((id): Command => ({ type: 'leaseGrant', id, ttlSeconds: 2 })) },
  { weight: 1, arbitrary: lease.map((id): Command => ({ type: 'leaseKeepAlive', id })) },
  { weight: 1, arbitrary: lease.map((id): Command => ({ type: 'leaseRevoke', id })) },
  {
    weight: 1,
    arbitrary: fc.tuple(lease, fc.nat(9000)).map(([id, at]): Command => ({ type: 'leaseRevoke', id, expiredByMs: at })),
  },
  { weight: 2, arbitrary: fc.nat(20).map((to): Command => ({ type: 'compact', revision: to })) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(...(['raise', 'clear', 'clear'] as const)), member)
      .map(([action, of]): Command => ({ type: 'alarm', action, alarm: { member: of, type: 'noSpace' } })),
  },
  {
    weight: 1,
    arbitrary: member.map(
      (id): Command => ({ type: 'memberAttributes', id, name: `m${id}`, clientUrls: [`http://${id}`] }),
    ),
  },
);
