import { StatusError, type Status } from '@wherry/apimachinery';

/** An error answer as the StatusError it carries or, when a proxy or a daemon gave plain text, one made from its code. */
export function responseError(code: number, body: Buffer, retryAfterSeconds?: number): StatusError {
  const text = body.toString('utf8');
  const status = parseStatus(text) ?? genericStatus(code, text);
  if (retryAfterSeconds !== undefined && status.details?.retryAfterSeconds === undefined) {
    status.details = { ...status.details, retryAfterSeconds };
  }
  return new StatusError(status);
}

function parseStatus(text: string): Status | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    const value = JSON.parse(text) as Partial<Status>;
    return value.kind === 'Status' ? (value as Status) : undefined;
  } catch {
    return undefined; // not JSON: the caller keeps the text
  }
}

/** Words of upstream's NewGenericServerResponse. */
const generic: Readonly<Record<number, readonly [reason: string, message: string]>> = {
  400: ['BadRequest', 'the server rejected our request for an unknown reason'],
  401: ['Unauthorized', 'the server has asked for the client to provide credentials'],
  403: ['Forbidden', 'the server does not allow access to the requested resource'],
  404: ['NotFound', 'the server could not find the requested resource'],
  405: ['MethodNotAllowed', 'the server does not allow this method on the requested resource'],
  406: ['NotAcceptable', 'the server was unable to respond with a content type that the client supports'],
  409: ['Conflict', 'the server reported a conflict'],
  410: ['Gone', 'the server could not find the requested resource'],
  415: ['UnsupportedMediaType', 'the server was unable to parse the media type of the request'],
  422: ['Invalid', 'the server rejected our request due to an error in our request'],
  429: ['TooManyRequests', 'the server has received too many requests and has asked us to try again later'],
  500: ['InternalError', 'an error on the server has prevented the request from succeeding'],
  503: ['ServiceUnavailable', 'the server is currently unable to handle the request'],
  504: [
    'Timeout',
    'the server was unable to return a response in the time allotted, but may still be processing the request',
  ],
};
const maxTextLength = 2_048;

function genericStatus(code: number, text: string): Status {
  const fallback: readonly [string, string] = [
    code >= 500 ? 'InternalError' : '',
    `the server responded with the status code ${code} but did not return more information`,
  ];
  const [reason, message] = generic[code] ?? fallback;
  const said = text.trim().slice(0, maxTextLength);
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: said === '' ? message : `${message}: ${said}`,
    ...(reason === '' ? {} : { reason }),
    code,
  };
}
