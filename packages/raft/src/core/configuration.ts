import { invariant } from './invariant.ts';
import type { Configuration, ConfigurationChange, NodeId } from './types.ts';

const kinds: ConfigurationChange['type'][] = ['addVoter', 'addLearner', 'promote', 'remove', 'update'];

/** As the data of a `config` entry: the kind in a byte, the id as a double (big endian), then the context. */
export function encodeConfigurationChange(change: ConfigurationChange): Uint8Array {
  const data = new Uint8Array(9 + change.context.length);
  data[0] = kinds.indexOf(change.type);
  new DataView(data.buffer).setFloat64(1, change.id);
  data.set(change.context, 9);
  return data;
}

export function decodeConfigurationChange(data: Uint8Array): ConfigurationChange {
  invariant(data.length >= 9, 'a configuration change is too short');
  const type = kinds[data[0] as number];
  invariant(type !== undefined, `unknown kind ${data[0]} of configuration change`);
  const id = new DataView(data.buffer, data.byteOffset, data.byteLength).getFloat64(1);
  return { type, id, context: data.subarray(9) };
}

/** What is in force after the change; undefined when there is nothing that it could change, or no voter would be left. */
export function changed(configuration: Configuration, change: ConfigurationChange): Configuration | undefined {
  const { voters, learners } = configuration;
  const { id } = change;
  const isVoter = voters.includes(id);
  const isLearner = learners.includes(id);
  switch (change.type) {
    case 'addVoter':
      return isVoter ? undefined : { voters: [...voters, id], learners: without(learners, id) };
    case 'addLearner':
      return isVoter || isLearner ? undefined : { voters, learners: [...learners, id] };
    case 'promote':
      return isLearner ? { voters: [...voters, id], learners: without(learners, id) } : undefined;
    case 'remove':
      if (isLearner) return { voters, learners: without(learners, id) };
      return isVoter && voters.length > 1 ? { voters: without(voters, id), learners } : undefined;
    case 'update':
      return isVoter || isLearner ? configuration : undefined;
  }
}

function without(ids: NodeId[], id: NodeId): NodeId[] {
  return ids.filter((other) => other !== id);
}
