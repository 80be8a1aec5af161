import { decodeConfigurationChange } from '../configuration.ts';
import type { RaftStatus } from '../../runner/types.ts';
import type { Configuration, Entry, Message, SnapshotMark } from '../types.ts';

/** Messages, entries and states as one line each, for people. */
export function messageText(message: Message): string {
  const { from, to, term, type } = message;
  return `${from}->${to} ${type}${term === 0 ? '' : ` term=${term}`}${details(message)}`;
}

function details(message: Message): string {
  switch (message.type) {
    case 'preVote':
    case 'vote':
      return ` last=${message.lastTerm}/${message.lastIndex}${message.transfer ? ' transfer' : ''}`;
    case 'preVoteReply':
    case 'voteReply':
      return message.granted ? ' granted' : ' refused';
    case 'append':
      return ` prev=${message.prevTerm}/${message.prevIndex} commit=${message.commit} [${entriesText(message.entries)}]`;
    case 'appendReply':
      if (!message.rejected) return ` matches=${message.index}`;
      return ` refuses prev=${message.index} hint=${message.hintTerm}/${message.hintIndex}`;
    case 'heartbeat':
      return ` commit=${message.commit} context=${message.context}`;
    case 'heartbeatReply':
      return ` context=${message.context}`;
    case 'snapshot':
      return ` ${markText(message.mark)}`;
    case 'timeoutNow':
      return '';
    case 'propose':
      return ` [${message.entries.map((entry) => dataText(entry)).join(' ')}]`;
    case 'readIndex':
      return ' context=*';
    case 'readIndexReply':
      return ` context=* index=${message.index}`;
  }
}

export function entriesText(entries: readonly Entry[]): string {
  return entries.map((entry) => `${entry.term}/${entry.index}:${dataText(entry)}`).join(' ');
}

function dataText({ type, data }: Pick<Entry, 'type' | 'data'>): string {
  if (type === 'normal') return data.length === 0 ? '-' : Buffer.from(data).toString();
  const change = decodeConfigurationChange(data);
  return `${change.type}(${change.id})`;
}

export function markText({ term, index, configuration }: SnapshotMark): string {
  return `at=${term}/${index} ${configurationText(configuration)}`;
}

export function configurationText({ voters, learners }: Configuration): string {
  return `voters=${voters.join(',')}${learners.length === 0 ? '' : ` learners=${learners.join(',')}`}`;
}

export function statusText(status: RaftStatus): string {
  const { id, role, term, leader, commit, applied, firstIndex, lastIndex, configuration } = status;
  const progress = status.progress.map((p) => ` ${p.id}:${p.state}@${p.match}${p.active ? '' : '(silent)'}`).join('');
  const log = `log=${firstIndex}..${lastIndex} commit=${commit} applied=${applied}`;
  return `${id}: ${role} term=${term} leader=${leader} ${log} ${configurationText(configuration)}${progress}`;
}
