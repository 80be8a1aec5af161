import { badRequest, statusError, type StatusError } from '@wherry/apimachinery';

/** What a kubelet said instead, under its own code. */
export function kubeletRefusal(code: number, text: string): StatusError {
  const message = text.trim() === '' ? `the kubelet answered with ${code}` : text.trim();
  if (code === 400) return badRequest(message);
  if (code === 404) return statusError(404, 'NotFound', message);
  return statusError(code >= 400 && code < 500 ? code : 500, 'InternalError', message);
}
