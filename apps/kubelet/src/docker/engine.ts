import { createRequire } from 'node:module';
import type Docker from 'dockerode';

const require = createRequire(import.meta.url);

/**
 * dockerode loads gRPC and protobuf for builds with BuildKit, and an SSH client for engines far away: together a third
 * of the kubelet's memory. It uses neither, so both are replaced by a refusal before dockerode asks for them.
 * A call that hears nothing for `timeoutMs` fails; without it a call may take as long as it likes.
 */
export function openEngine(endpoint: string, timeoutMs?: number): Docker {
  const dockerode = createRequire(require.resolve('dockerode'));
  const modem = createRequire(dockerode.resolve('docker-modem'));
  leaveOut(dockerode.resolve('./session'), 'the kubelet does not build images');
  leaveOut(modem.resolve('./ssh'), 'the kubelet speaks to the engine on its own host only');
  const Engine = require('dockerode') as typeof Docker;
  return new Engine({ socketPath: endpoint.replace(/^unix:\/\//, ''), timeout: timeoutMs });
}

function leaveOut(path: string, why: string): void {
  const { Module } = require('node:module') as { Module: new (id: string) => NodeJS.Module };
  const refuse = (): never => {
    throw new Error(why);
  };
  require.cache[path] ??= Object.assign(new Module(path), { exports: refuse, loaded: true });
}
