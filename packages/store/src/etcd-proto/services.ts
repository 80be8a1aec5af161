import * as auth from './auth.ts';
import * as cluster from './cluster.ts';
import * as kv from './kv.ts';
import * as lease from './lease.ts';
import * as maintenance from './maintenance.ts';
import type { Message } from './message.ts';
import * as watch from './watch.ts';

/** One call of a service, in the form that gRPC libraries for Node take for clients and servers alike. */
export interface Method<RequestD, RequestI, ResponseD, ResponseI> {
  path: string;
  requestStream: boolean;
  responseStream: boolean;
  requestSerialize(value: RequestI): Buffer;
  requestDeserialize(bytes: Buffer): RequestD;
  /** `spare` bytes are left free before the message. */
  responseSerialize(value: ResponseI, spare?: number): Buffer;
  responseDeserialize(bytes: Buffer): ResponseD;
}

type Streams = 'unary' | 'serverStream' | 'bothStream';

/** The calls of a service, which is given with its package. */
export function service(name: string) {
  return <RequestD, RequestI, ResponseD, ResponseI>(
    call: string,
    request: Message<RequestD, RequestI>,
    response: Message<ResponseD, ResponseI>,
    streams: Streams = 'unary',
  ): Method<RequestD, RequestI, ResponseD, ResponseI> => ({
    path: `/${name}/${call}`,
    requestStream: streams === 'bothStream',
    responseStream: streams !== 'unary',
    requestSerialize: (value) => request.encode(value),
    requestDeserialize: (bytes) => request.decode(bytes),
    responseSerialize: (value, spare) => response.encode(value, spare),
    responseDeserialize: (bytes) => response.decode(bytes),
  });
}

const ofKv = service('etcdserverpb.KV');
export const kvService = {
  range: ofKv('Range', kv.rangeRequest, kv.rangeResponse),
  put: ofKv('Put', kv.putRequest, kv.putResponse),
  deleteRange: ofKv('DeleteRange', kv.deleteRangeRequest, kv.deleteRangeResponse),
  txn: ofKv('Txn', kv.txnRequest, kv.txnResponse),
  compact: ofKv('Compact', kv.compactionRequest, kv.compactionResponse),
};

export const watchService = {
  watch: service('etcdserverpb.Watch')('Watch', watch.watchRequest, watch.watchResponse, 'bothStream'),
};

const ofLease = service('etcdserverpb.Lease');
export const leaseService = {
  leaseGrant: ofLease('LeaseGrant', lease.leaseGrantRequest, lease.leaseGrantResponse),
  leaseRevoke: ofLease('LeaseRevoke', lease.leaseRevokeRequest, lease.leaseRevokeResponse),
  leaseKeepAlive: ofLease('LeaseKeepAlive', lease.leaseKeepAliveRequest, lease.leaseKeepAliveResponse, 'bothStream'),
  leaseTimeToLive: ofLease('LeaseTimeToLive', lease.leaseTimeToLiveRequest, lease.leaseTimeToLiveResponse),
  leaseLeases: ofLease('LeaseLeases', lease.leaseLeasesRequest, lease.leaseLeasesResponse),
};

const ofCluster = service('etcdserverpb.Cluster');
export const clusterService = {
  memberAdd: ofCluster('MemberAdd', cluster.memberAddRequest, cluster.memberAddResponse),
  memberRemove: ofCluster('MemberRemove', cluster.memberRemoveRequest, cluster.memberRemoveResponse),
  memberUpdate: ofCluster('MemberUpdate', cluster.memberUpdateRequest, cluster.memberUpdateResponse),
  memberList: ofCluster('MemberList', cluster.memberListRequest, cluster.memberListResponse),
  memberPromote: ofCluster('MemberPromote', cluster.memberPromoteRequest, cluster.memberPromoteResponse),
};

const ofMaintenance = service('etcdserverpb.Maintenance');
export const maintenanceService = {
  alarm: ofMaintenance('Alarm', maintenance.alarmRequest, maintenance.alarmResponse),
  status: ofMaintenance('Status', maintenance.statusRequest, maintenance.statusResponse),
  defragment: ofMaintenance('Defragment', maintenance.defragmentRequest, maintenance.defragmentResponse),
  hash: ofMaintenance('Hash', maintenance.hashRequest, maintenance.hashResponse),
  hashKv: ofMaintenance('HashKV', maintenance.hashKvRequest, maintenance.hashKvResponse),
  snapshot: ofMaintenance('Snapshot', maintenance.snapshotRequest, maintenance.snapshotResponse, 'serverStream'),
  moveLeader: ofMaintenance('MoveLeader', maintenance.moveLeaderRequest, maintenance.moveLeaderResponse),
  downgrade: ofMaintenance('Downgrade', maintenance.downgradeRequest, maintenance.downgradeResponse),
};

const ofAuth = service('etcdserverpb.Auth');
const byName = (call: string) => ofAuth(call, auth.anyRequest, auth.noResponse);
export const authService = {
  authStatus: ofAuth('AuthStatus', auth.authStatusRequest, auth.authStatusResponse),
  authEnable: byName('AuthEnable'),
  authDisable: byName('AuthDisable'),
  authenticate: byName('Authenticate'),
  userAdd: byName('UserAdd'),
  userGet: byName('UserGet'),
  userList: byName('UserList'),
  userDelete: byName('UserDelete'),
  userChangePassword: byName('UserChangePassword'),
  userGrantRole: byName('UserGrantRole'),
  userRevokeRole: byName('UserRevokeRole'),
  roleAdd: byName('RoleAdd'),
  roleGet: byName('RoleGet'),
  roleList: byName('RoleList'),
  roleDelete: byName('RoleDelete'),
  roleGrantPermission: byName('RoleGrantPermission'),
  roleRevokePermission: byName('RoleRevokePermission'),
};
