import { bool, bound, byteString, int64, signedId, text } from './kinds.ts';
import { responseHeader } from './kv.ts';
import { message, repeated, single } from './message.ts';

const header = single(1, responseHeader);

export const leaseGrantRequest = message('LeaseGrantRequest', { ttl: single(1, bound), id: single(2, signedId) });
export const leaseGrantResponse = message('LeaseGrantResponse', {
  header,
  id: single(2, signedId),
  ttl: single(3, int64),
  error: single(4, text),
});

export const leaseRevokeRequest = message('LeaseRevokeRequest', { id: single(1, signedId) });
export const leaseRevokeResponse = message('LeaseRevokeResponse', { header });

export const leaseKeepAliveRequest = message('LeaseKeepAliveRequest', { id: single(1, signedId) });
/** A ttl of 0: there is no such lease. */
export const leaseKeepAliveResponse = message('LeaseKeepAliveResponse', {
  header,
  id: single(2, signedId),
  ttl: single(3, int64),
});

export const leaseTimeToLiveRequest = message('LeaseTimeToLiveRequest', {
  id: single(1, signedId),
  keys: single(2, bool),
});
/** A ttl of -1: there is no such lease. */
export const leaseTimeToLiveResponse = message('LeaseTimeToLiveResponse', {
  header,
  id: single(2, signedId),
  ttl: single(3, int64),
  grantedTtl: single(4, int64),
  keys: repeated(5, byteString),
});

export const leaseLeasesRequest = message('LeaseLeasesRequest', {});
export const leaseStatus = message('LeaseStatus', { id: single(1, signedId) });
export const leaseLeasesResponse = message('LeaseLeasesResponse', { header, leases: repeated(2, leaseStatus) });
