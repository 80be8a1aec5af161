import { badRequest, statusError, StatusError } from '@wherry/apimachinery';
import type { RequestContext } from '../http/context.ts';
import type { Hub } from '../cache/hub.ts';

/** The resourceVersion parameter as a revision; undefined when not given. Throws 400. */
export function requestedRevision(context: RequestContext): number | undefined {
  const text = context.query.get('resourceVersion') ?? '';
  if (text === '') return undefined;
  const revision = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(revision)) {
    throw badRequest(
      `Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`,
    );
  }
  return revision;
}

/** Waits until the caches answer for `revision` (undefined: everything committed so far; 0: whatever there is). */
export async function reach(hub: Hub, revision: number | undefined): Promise<void> {
  if (revision === undefined) {
    await hub.sync();
    return;
  }
  if (revision <= hub.revision) return;
  const newest = await hub.sync();
  if (revision > newest) await hub.waitFor(revision).catch((error: unknown) => Promise.reject(tooLarge(error)));
}

function tooLarge(error: unknown): unknown {
  if (!(error instanceof StatusError)) return error;
  return statusError(504, 'Timeout', error.message, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
}
