import { badRequest } from '@wherry/apimachinery';

export interface Continue {
  /** The revision the whole list is of; -1 starts a new one at the newest. */
  revision: number;
  /** The first key of the next page, below the resource's prefix. */
  startKey: string;
}

/** Opaque to clients; has upstream's shape, so that its errors read alike. */
export function encodeContinue(token: Continue): string {
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: token.revision, start: token.startKey })).toString(
    'base64url',
  );
}

/** Throws 400. */
export function decodeContinue(text: string): Continue {
  let value: { v?: unknown; rv?: unknown; start?: unknown };
  try {
    value = JSON.parse(Buffer.from(text, 'base64url').toString()) as typeof value;
  } catch {
    throw badRequest('invalid continue token: continue key is not valid: illegal base64 data or malformed content');
  }
  if (value === null || typeof value !== 'object' || value.v !== 'meta.k8s.io/v1') {
    throw badRequest(
      'invalid continue token: continue key is not valid: server does not recognize this encoded version',
    );
  }
  const { rv, start } = value;
  if (typeof rv !== 'number' || !Number.isSafeInteger(rv) || rv === 0) {
    throw badRequest(
      'invalid continue token: continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)',
    );
  }
  if (typeof start !== 'string' || start === '' || start.includes('..')) {
    throw badRequest(
      'invalid continue token: continue key is not valid: encoded start key empty or invalid (version meta.k8s.io/v1)',
    );
  }
  return { revision: rv, startKey: start };
}
