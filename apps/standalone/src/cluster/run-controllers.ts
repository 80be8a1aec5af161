import { createPrivateKey } from 'node:crypto';
import type { RestClient } from '@wherry/client';
import { chosen, controllers, flags, runControllers as run, type Options } from '@wherry/controller-manager';
import type { Logger } from '@wherry/daemon';
import type { Identity } from './identity.ts';
import type { ControllerOptions } from './options.ts';

/** The controllers of the daemon, without its lease and server. Throws at once for a name that none has. */
export function prepareControllers(
  options: ControllerOptions,
  identity: Identity,
): (client: RestClient, log: Logger, signal: AbortSignal) => Promise<void> {
  const { names = ['*'], ...given } = options;
  const defaults = Object.fromEntries(Object.entries(flags).map(([name, { default: value }]) => [name, value]));
  const settings = { ...defaults, ...given } as Options;
  const wanted = chosen(
    controllers(settings, {
      rootCa: identity.servingCa,
      signingCa: identity.clientCa,
      tokenKey: createPrivateKey(identity.accountKey),
    }),
    names,
  );
  return (client, log, signal) => run({ client, controllers: wanted, log }, signal);
}
