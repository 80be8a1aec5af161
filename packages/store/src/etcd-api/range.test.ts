import { expect, it } from 'vitest';
import { rangeResponse } from '../etcd-proto/index.ts';
import { sliceRange } from './range.ts';

const kvs = Array.from({ length: 2500 }, (_, i) => ({ key: `k${i}`, value: Buffer.from(String(i)), modRevision: i }));

it('cuts a large response into slices that are the whole when put together', () => {
  const whole = { header: { clusterId: 1, revision: 9 }, kvs, more: true, count: 3000 };
  const slices = [...(sliceRange(whole) ?? [])];
  expect(slices.map((slice) => slice.kvs?.length ?? 0)).toEqual([0, 1000, 1000, 500]);
  const bytes = Buffer.concat(slices.map((slice) => rangeResponse.encode(slice)));
  expect(rangeResponse.decode(bytes)).toEqual(rangeResponse.decode(rangeResponse.encode(whole)));
});

it('leaves a small response in one piece', () => {
  expect(sliceRange({ kvs: kvs.slice(0, 1000) })).toBeUndefined();
});
