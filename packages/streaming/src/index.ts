export {
  channel,
  ChannelSocket,
  chooseProtocol,
  offeredProtocols,
  portForwardProtocols,
  remoteCommandProtocols,
  type ChannelProtocol,
} from './channels.ts';
export { SpdyConnection, SpdyStream } from './spdy/connection.ts';
export type { SpdyHeaders } from './spdy/header-block.ts';
export { SpdyError } from './spdy/spdy-error.ts';
export {
  acceptedVersionsHeader,
  carriesStatus,
  chooseVersion,
  offeredVersions,
  portForwardProtocol,
  portHeader,
  protocolVersionHeader,
  requestIdHeader,
  spdyRemoteCommandProtocols,
  streamTypeHeader,
} from './stream-protocol.ts';
export { TerminalSizeReader, type TerminalSize } from './terminal-size.ts';
export { portForwardTunnel, webSocketTransport } from './web-socket-transport.ts';
