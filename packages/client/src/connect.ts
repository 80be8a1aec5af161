import { connect as connectHttp2 } from 'node:http2';
import { isIP } from 'node:net';
import { connect as connectTls, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import type { ClientConfig } from './client-config.ts';
import { Http2Transport, streamWindowBytes, type Http2Liveness } from './http2-transport.ts';
import { ConnectionError, toConnectionError, type Transport } from './transport.ts';

/** How long to wait for a server that says nothing. */
export interface ConnectTiming {
  readonly connectTimeoutMs: number;
  readonly liveness: Http2Liveness;
}

/** What a TLS handshake needs of a ClientConfig; the certificates are parsed once. */
export interface TlsIdentity {
  readonly secureContext: SecureContext;
  readonly rejectUnauthorized: boolean;
  readonly servername?: string;
}

/** @throws {Error} when a certificate or key is not PEM, or they do not match */
export function tlsIdentity(config: ClientConfig): TlsIdentity {
  return {
    secureContext: createSecureContext({
      ...(config.ca === undefined ? {} : { ca: config.ca }),
      ...(config.cert === undefined ? {} : { cert: config.cert }),
      ...(config.key === undefined ? {} : { key: config.key }),
      minVersion: 'TLSv1.2',
    }),
    rejectUnauthorized: config.insecureSkipTlsVerify !== true,
    ...(config.tlsServerName === undefined ? {} : { servername: config.tlsServerName }),
  };
}

/** HTTP/2 when the server takes it (ALPN), else HTTP/1.1. @throws {ConnectionError} */
export async function connect(server: URL, tls: TlsIdentity, timing: ConnectTiming): Promise<Transport> {
  if (server.protocol === 'http:') return connectHttp1(server, tls);
  const socket = await handshake(server, tls, timing.connectTimeoutMs);
  if (socket.alpnProtocol !== 'h2') {
    socket.destroy();
    return connectHttp1(server, tls);
  }
  const session = connectHttp2(server.origin, {
    createConnection: () => socket,
    settings: { initialWindowSize: streamWindowBytes, enablePush: false },
  });
  return new Http2Transport(server.origin, session, timing.liveness);
}

async function connectHttp1(server: URL, tls: TlsIdentity): Promise<Transport> {
  const { Http1Transport } = await import('./http1-transport.ts');
  return new Http1Transport(server, tls);
}

function handshake(server: URL, tls: TlsIdentity, timeoutMs: number): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const host = server.hostname.replace(/^\[(.*)\]$/, '$1');
    const servername = tls.servername ?? (isIP(host) === 0 ? host : undefined);
    const socket = connectTls({
      host,
      port: server.port === '' ? 443 : Number(server.port),
      secureContext: tls.secureContext,
      rejectUnauthorized: tls.rejectUnauthorized,
      ALPNProtocols: ['h2', 'http/1.1'],
      ...(servername === undefined ? {} : { servername }),
    });
    const timer = setTimeout(() => {
      const text = `${server.origin}: no TLS handshake within ${timeoutMs} ms`;
      socket.destroy(new ConnectionError(server.origin, text, { code: 'ETIMEDOUT', sent: false }));
    }, timeoutMs);
    const fail = (error: Error): void => {
      clearTimeout(timer);
      reject(toConnectionError(server.origin, error, false));
    };
    socket.once('error', fail);
    socket.once('secureConnect', () => {
      clearTimeout(timer);
      socket.removeListener('error', fail);
      socket.setNoDelay(true);
      socket.setKeepAlive(true, 30_000);
      resolve(socket);
    });
  });
}
