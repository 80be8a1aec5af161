import { kvService } from '../etcd-proto/index.ts';
import { checkDelete, checkPut, checkRange, checkTxn } from './check-request.ts';
import { etcdErrors } from './errors.ts';
import type { Guard } from './guard.ts';
import { type Route, unary } from './grpc/index.ts';
import { sliceRange, toRangeAnswer, toStoreRange } from './range.ts';
import { headerOf, type Service } from './service.ts';
import { toStorePut, toStoreTxn, toTxnAnswer } from './txn.ts';

export function kvRoutes(service: Service, guard: Guard): Route[] {
  const { store, limits } = service;
  const checkSize = (bytes: number): void => {
    if (bytes > limits.maxRequestBytes) throw etcdErrors.requestTooLarge;
  };

  return [
    unary(
      kvService.range,
      async (request, call) => {
        guard(call, request.serializable);
        checkRange(request);
        if (!request.serializable) await store.linearize();
        const result = await store.range(toStoreRange(request));
        // Of a read of the past the header names the present, as etcd's does.
        const revision = request.revision > 0 ? undefined : result.revision;
        return { header: headerOf(service, revision), ...toRangeAnswer(request, result) };
      },
      sliceRange,
    ),

    unary(kvService.put, async (request, call) => {
      guard(call);
      checkPut(request);
      checkSize(request.key.length + request.value.length);
      const { revision, results } = await store.transact({ compares: [], success: [toStorePut(request)], failure: [] });
      const put = results[0];
      const prevKv = request.prevKv && put?.type === 'put' ? put.previous : undefined;
      return { header: headerOf(service, revision), prevKv };
    }),

    unary(kvService.deleteRange, async (request, call) => {
      guard(call);
      checkDelete(request);
      const { key, rangeEnd, prevKv } = request;
      checkSize(key.length + rangeEnd.length);
      const success = [{ type: 'delete' as const, key, rangeEnd }];
      const { revision, results } = await store.transact({ compares: [], success, failure: [] });
      const deleted = results[0]?.type === 'delete' ? results[0].previous : [];
      return { header: headerOf(service, revision), deleted: deleted.length, prevKvs: prevKv ? deleted : [] };
    }),

    unary(kvService.txn, async (request, call) => {
      guard(call);
      checkTxn(request, limits);
      const result = await store.transact(toStoreTxn(request));
      return { header: headerOf(service, result.revision), ...toTxnAnswer(request, result) };
    }),

    unary(kvService.compact, async ({ revision, physical }, call) => {
      guard(call);
      if (revision < 0) throw etcdErrors.compacted;
      await store.compactTo(revision, { physical });
      return { header: headerOf(service) };
    }),
  ];
}
