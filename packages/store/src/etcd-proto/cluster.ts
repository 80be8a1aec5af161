import { bool, id, text } from './kinds.ts';
import { responseHeader } from './kv.ts';
import { message, repeated, single } from './message.ts';

const header = single(1, responseHeader);

export const member = message('Member', {
  id: single(1, id),
  name: single(2, text),
  peerUrls: repeated(3, text),
  clientUrls: repeated(4, text),
  isLearner: single(5, bool),
});

const members = repeated(2, member);

export const memberAddRequest = message('MemberAddRequest', {
  peerUrls: repeated(1, text),
  isLearner: single(2, bool),
});
export const memberAddResponse = message('MemberAddResponse', {
  header,
  member: single(2, member),
  members: repeated(3, member),
});

export const memberRemoveRequest = message('MemberRemoveRequest', { id: single(1, id) });
export const memberRemoveResponse = message('MemberRemoveResponse', { header, members });

export const memberUpdateRequest = message('MemberUpdateRequest', { id: single(1, id), peerUrls: repeated(2, text) });
export const memberUpdateResponse = message('MemberUpdateResponse', { header, members });

export const memberListRequest = message('MemberListRequest', { linearizable: single(1, bool) });
export const memberListResponse = message('MemberListResponse', { header, members });

export const memberPromoteRequest = message('MemberPromoteRequest', { id: single(1, id) });
export const memberPromoteResponse = message('MemberPromoteResponse', { header, members });
