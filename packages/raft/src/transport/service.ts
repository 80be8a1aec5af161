import {
  status,
  type ChannelOptions,
  type MethodDefinition,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';

/**
 * What members call of each other. All messages are bytes of our own.
 *
 *   Messages  a stream, for as long as the connection lasts: each one a batch of codec.ts
 *   Snapshot  a stream: see snapshot-frames.ts
 *   Members   what the application tells members that want to join
 */
export const paths = {
  messages: '/wherry.raft.Peer/Messages',
  snapshot: '/wherry.raft.Peer/Snapshot',
  members: '/wherry.raft.Peer/Members',
};

/** Metadata of Messages and Snapshot: who speaks to whom, and where the speaker is reached (JSON). */
export const metadataKeys = {
  cluster: 'wherry-cluster',
  from: 'wherry-from',
  to: 'wherry-to',
  urls: 'wherry-urls',
};

/** Tells the caller that it was removed from the cluster; nothing else is refused with it. */
export const removedStatus = status.NOT_FOUND;

export const asIs = (bytes: Buffer): Buffer => bytes;

function method(path: string, requestStream: boolean): MethodDefinition<Buffer, Buffer> {
  return {
    path,
    requestStream,
    responseStream: false,
    requestSerialize: asIs,
    requestDeserialize: asIs,
    responseSerialize: asIs,
    responseDeserialize: asIs,
  };
}

export const peerService: ServiceDefinition<UntypedServiceImplementation> = {
  messages: method(paths.messages, true),
  snapshot: method(paths.snapshot, true),
  members: method(paths.members, false),
};

/** A member that was paused or cut off is noticed by its silence. */
const keepalive = { 'grpc.keepalive_time_ms': 2000, 'grpc.keepalive_timeout_ms': 4000 };
/** More than a queue holds (send-queue.ts), so that no batch is too large. */
const maxMessageBytes = 80 << 20;

export const serverOptions: ChannelOptions = {
  ...keepalive,
  'grpc.max_receive_message_length': maxMessageBytes,
  'grpc.max_send_message_length': maxMessageBytes,
  'grpc-node.flow_control_window': 1 << 20,
};

/** One connection for each channel: what is slow on one must not hold up another. */
export const clientOptions: ChannelOptions = {
  ...serverOptions,
  'grpc.keepalive_permit_without_calls': 1,
  'grpc.use_local_subchannel_pool': 1,
  'grpc.enable_http_proxy': 0,
  'grpc.enable_retries': 0,
  'grpc.service_config_disable_resolution': 1,
};
