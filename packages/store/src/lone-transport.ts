import type { Transport } from '@wherry/raft';

/** Of a member that has nobody to talk to. */
export const loneTransport: Transport = {
  start: async () => undefined,
  send() {},
  sendSnapshot: () => Promise.reject(new Error('there is no other member')),
  setPeers() {},
  close: async () => undefined,
};
