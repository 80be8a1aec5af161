import { clusterService } from '../etcd-proto/index.ts';
import { etcdErrors } from './errors.ts';
import type { Guard } from './guard.ts';
import { type Route, unary } from './grpc/index.ts';
import { headerOf, type Service } from './service.ts';

export function clusterRoutes(service: Service, guard: Guard): Route[] {
  const { store } = service;
  // As etcd: answers about members are of no revision.
  const header = () => headerOf(service, 0);
  const answer = () => ({ header: header(), members: store.members() });

  return [
    unary(clusterService.memberAdd, async ({ peerUrls, isLearner }, call) => {
      guard(call);
      const member = await store.addMember(checkUrls(peerUrls), isLearner);
      return { ...answer(), member };
    }),
    unary(clusterService.memberRemove, async ({ id }, call) => {
      guard(call);
      await store.removeMember(known(id));
      return answer();
    }),
    unary(clusterService.memberUpdate, async ({ id, peerUrls }, call) => {
      guard(call);
      await store.updateMember(known(id), checkUrls(peerUrls));
      return answer();
    }),
    unary(clusterService.memberList, async ({ linearizable }, call) => {
      guard(call);
      if (linearizable) await store.linearize();
      return answer();
    }),
    unary(clusterService.memberPromote, async ({ id }, call) => {
      guard(call);
      await store.promoteMember(known(id));
      return answer();
    }),
  ];
}

/** No member of ours has an id beyond the safe integers. */
function known(id: number | bigint): number {
  if (typeof id === 'bigint') throw etcdErrors.memberNotFound;
  return id;
}

/** As etcd's types.NewURLs: http(s) (or unix), host and port, no path. They come back sorted. */
function checkUrls(urls: readonly string[]): string[] {
  if (urls.length === 0) throw etcdErrors.memberBadUrls;
  for (const url of urls) {
    // A host of its own, and a port that is written down.
    if (!/^(https?|unixs?):\/\/[^/?#\s]+:\d{1,5}$/.test(url.trim())) throw etcdErrors.memberBadUrls;
  }
  return urls.map((url) => url.trim()).toSorted();
}
