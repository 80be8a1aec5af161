import type { IncomingMessage } from 'node:http';
import { badRequest, internalError, invalid, type FieldError, type StatusError } from '@wherry/apimachinery';
import { drained, isGone } from '../http/connection.ts';
import type { Answer, RequestContext, Response } from '../http/context.ts';
import type { Registry } from '../registry/registry.ts';
import type { Connector } from './connector.ts';
import { kubeletRefusal } from './kubelet-refusal.ts';
import { findContainer, kubeletPath, type AddressOptions } from './target.ts';

const flags = ['follow', 'previous', 'timestamps'];
const numbers = ['tailLines', 'limitBytes', 'sinceSeconds'];
const MAX_ERROR_BYTES = 64 * 1024;

/** GET pods/NAME/log: the kubelet's stream, passed on as it comes. */
export async function readLogs(
  context: RequestContext,
  registry: Registry,
  connector: Connector,
  options: AddressOptions,
): Promise<Answer> {
  const reply = await openLogs(context, registry, connector, options, context.signal);
  // A pod on no node has said nothing yet.
  if (reply === undefined) return { status: 204, contentType: 'text/plain', body: '' };
  return { stream: (response) => passOn(reply, response) };
}

export interface LogRequest {
  readonly info: { readonly namespace: string; readonly name: string };
  readonly query: URLSearchParams;
}

/** The kubelet's answer, whose body is the log; none of a pod on no node. Throws what the kubelet has against it. */
export async function openLogs(
  request: LogRequest,
  registry: Registry,
  connector: Connector,
  options: AddressOptions,
  signal: AbortSignal,
): Promise<IncomingMessage | undefined> {
  const query = logQuery(request);
  const { namespace, name } = request.info;
  const target = await findContainer(registry, namespace, name, request.query.get('container') ?? '', options);
  if (target === undefined) return undefined;
  const sent = connector.open(target.endpoint, {
    method: 'GET',
    path: kubeletPath('containerLogs', target, query),
    headers: {},
    upgrade: false,
    signal,
    insecure: isOn(request.query.get('insecureSkipTLSVerifyBackend')),
  });
  sent.end();
  const reply = await new Promise<IncomingMessage>((resolve, reject) => {
    sent.once('response', resolve);
    sent.once('error', (error) => reject(internalError(`error trying to reach the kubelet: ${error.message}`)));
  });
  if (reply.statusCode !== 200) throw await refusalOf(reply);
  return reply;
}

function isOn(value: string | null): boolean {
  return value !== null && value !== 'false' && value !== '0';
}

async function passOn(reply: IncomingMessage, response: Response): Promise<void> {
  response.writeHead(200, {
    'content-type': reply.headers['content-type'] ?? 'text/plain',
    'cache-control': 'no-cache, private',
  });
  response.flushHeaders();
  response.once('close', () => reply.destroy());
  try {
    for await (const chunk of reply as AsyncIterable<Buffer>) {
      if (isGone(response)) break;
      if (!response.write(chunk)) await drained(response);
    }
  } catch (error) {
    // The client went, or the kubelet did: either way the stream is over.
    if (!isGone(response)) response.destroy(error as Error);
    return;
  }
  if (!isGone(response)) response.end();
}

async function refusalOf(reply: IncomingMessage): Promise<StatusError> {
  let text = '';
  for await (const chunk of reply as AsyncIterable<Buffer>) {
    text += chunk.toString();
    if (text.length > MAX_ERROR_BYTES) break;
  }
  return kubeletRefusal(reply.statusCode ?? 500, text);
}

/** Checked as upstream checks PodLogOptions; what passes goes to the kubelet. Throws 400 and 422. */
function logQuery({ info, query: asked }: LogRequest): URLSearchParams {
  const query = new URLSearchParams();
  const errors: FieldError[] = [];
  for (const name of flags) {
    const value = asked.get(name);
    if (isOn(value)) query.set(name, 'true');
  }
  for (const name of numbers) {
    const text = asked.get(name);
    if (text === null) continue;
    if (!/^-?\d{1,15}$/.test(text))
      throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
    const least = name === 'tailLines' ? 0 : 1;
    const value = Number(text);
    const detail = least === 0 ? 'must be greater than or equal to 0' : 'must be greater than 0';
    if (value < least) errors.push({ type: 'FieldValueInvalid', field: name, badValue: value, detail });
    query.set(name, text);
  }
  const sinceTime = asked.get('sinceTime');
  if (sinceTime !== null) {
    if (Number.isNaN(Date.parse(sinceTime)))
      throw badRequest(`parsing time ${JSON.stringify(sinceTime)} as "2006-01-02T15:04:05Z07:00": cannot parse`);
    if (query.has('sinceSeconds')) {
      errors.push({
        type: 'FieldValueForbidden',
        field: '',
        detail: 'at most one of `sinceTime` or `sinceSeconds` may be specified',
      });
    }
    query.set('sinceTime', sinceTime);
  }
  const stream = asked.get('stream');
  if (stream !== null) {
    if (!['All', 'Stdout', 'Stderr'].includes(stream)) {
      errors.push({
        type: 'FieldValueNotSupported',
        field: 'stream',
        badValue: stream,
        detail: 'supported values: "All", "Stderr", "Stdout"',
      });
    }
    if (stream !== 'All' && query.has('tailLines')) {
      errors.push({
        type: 'FieldValueForbidden',
        field: '',
        detail: '`tailLines` and specific `stream` are mutually exclusive for now',
      });
    }
    query.set('stream', stream);
  }
  if (errors.length > 0) throw invalid({ group: '', kind: 'PodLogOptions' }, info.name, errors);
  return query;
}
