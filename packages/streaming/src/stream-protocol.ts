/** Names and protocols of streams over SPDY, in the words of upstream's remotecommand and portforward. */
export const streamTypeHeader = 'streamtype';
export const portHeader = 'port';
export const requestIdHeader = 'requestid';

export const protocolVersionHeader = 'x-stream-protocol-version';
export const acceptedVersionsHeader = 'x-accepted-stream-protocol-versions';

export const portForwardProtocol = 'portforward.k8s.io';

/** v5 differs over WebSocket alone. */
export const spdyRemoteCommandProtocols = [
  'v5.channel.k8s.io',
  'v4.channel.k8s.io',
  'v3.channel.k8s.io',
  'v2.channel.k8s.io',
  'channel.k8s.io',
] as const;

/** The versions in the header, which may come several times or as a list. */
export function offeredVersions(header: string | string[] | undefined): string[] {
  return ([] as string[])
    .concat(header ?? [])
    .flatMap((line) => line.split(','))
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** The client's first that is served. */
export function chooseVersion(offered: readonly string[], served: readonly string[]): string | undefined {
  return offered.find((name) => served.includes(name));
}

/** Whether an answer's error stream carries a Status rather than words. */
export function carriesStatus(version: string): boolean {
  return version === 'v4.channel.k8s.io' || version === 'v5.channel.k8s.io';
}
