import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { badRequest, timeout, unauthorized } from '@wherry/apimachinery';
import { impersonate } from '../auth/impersonate.ts';
import { refusal } from '../authorization/refusal.ts';
import type { Registry } from '../registry/registry.ts';
import { route } from '../verbs/route.ts';
import type { SubresourceTable } from '../verbs/subresources.ts';
import type { Answer, RequestContext, Response, User } from './context.ts';
import type { FlowControl, Seat } from '../flow-control/flow-control.ts';
import type { InFlight } from './in-flight.ts';
import type { RequestLog } from './request-log.ts';
import { answerPath, type PathOptions } from './paths.ts';
import { readBody } from './read-body.ts';
import { parseRequestInfo, type RequestInfo } from './request-info.ts';
import { errorAnswer, respond, type Headers } from './respond.ts';

export interface DispatchOptions {
  registry: Registry;
  subresources: SubresourceTable;
  inFlight: InFlight;
  /** Absent: only the bounds of inFlight hold. */
  flowControl: FlowControl | undefined;
  paths: PathOptions;
  log: RequestLog;
  /** Aborted when the server stops: ends watches and streams. */
  stopping: AbortSignal;
  /** For requests that are no watch and no stream. */
  requestTimeoutMs: number;
}

/** How often requests that take too long are looked for. */
const SWEEP_MS = 1_000;

const noQuery = new URLSearchParams();
const mutatingVerbs = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);
const longRunningSubresources = new Set(['log', 'exec', 'attach', 'portforward', 'proxy']);

/** The one way of every request. */
export class Dispatcher {
  readonly #options: DispatchOptions;
  /** When each limited request has to be answered. */
  readonly #due = new Map<Response, number>();
  #active = 0;
  #onIdle: (() => void) | undefined;

  constructor(options: DispatchOptions) {
    this.#options = options;
    const timer = setInterval(() => this.#sweep(), SWEEP_MS);
    timer.unref();
    options.stopping.addEventListener('abort', () => clearInterval(timer), { once: true });
  }

  /** Resolves when nothing is being answered any more, or after `waitMs`. */
  idle(waitMs: number): Promise<void> {
    if (this.#active === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, waitMs);
      this.#onIdle = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async handle(request: IncomingMessage, response: Response): Promise<void> {
    const started = performance.now();
    const auditId = auditIdOf(request);
    const headers: Headers = { 'audit-id': auditId };
    const warnings: string[] = [];
    let seen: Identified | undefined;
    let answer: Answer;
    this.#active++;
    try {
      try {
        seen = identify(request, this.#options.registry);
        answer = await this.#answer(seen, request, response, headers, warnings);
      } catch (error) {
        answer = errorAnswer(error);
        if (!('stream' in answer) && answer.status >= 500)
          this.#options.log.failed(request.method ?? '', request.url ?? '', error);
      }
      await respond(response, answer, headers, warnings);
    } catch (error) {
      this.#options.log.failed(request.method ?? '', request.url ?? '', error);
      response.destroy();
    } finally {
      this.#active--;
      if (this.#active === 0) this.#onIdle?.();
    }
    this.#options.log.answered(seen?.info, seen?.user, response.statusCode, performance.now() - started, auditId);
  }

  async #answer(
    seen: Identified,
    request: IncomingMessage,
    response: Response,
    headers: Headers,
    warnings: string[],
  ): Promise<Answer> {
    const { info, query } = seen;
    const { inFlight, flowControl, registry, subresources, paths, stopping } = this.#options;
    const user = allow(seen, registry);
    const mutating = mutatingVerbs.has(info.verb);
    const limited = !isLongRunning(info);
    if (limited) {
      inFlight.enter(mutating);
      this.#due.set(response, performance.now() + this.#options.requestTimeoutMs);
    }
    let seat: Seat | undefined;
    try {
      if (limited && flowControl !== undefined) {
        const given = flowControl.acquire(user, info, () => goneSignal(response, stopping));
        seat = given instanceof Promise ? await given : given;
        // Not by setHeader(): Node then takes the slow way through all headers.
        Object.assign(headers, seat.headers);
      }
      const method = request.method ?? 'GET';
      const streamed = method === 'GET' || method === 'HEAD' || (info.subresource === 'proxy' && info.group === '');
      const body = streamed ? undefined : await readBody(request);
      const context = new Context(method, info, query, request, response, user, body, warnings, stopping);
      return info.isResource ? await route(context, registry, subresources) : await answerPath(context, paths);
    } finally {
      if (limited) {
        inFlight.leave(mutating);
        seat?.release();
        this.#due.delete(response);
      }
    }
  }

  /** One timer for all: what is late is answered here, and its own answer, should it come, finds the response over. */
  #sweep(): void {
    const now = performance.now();
    for (const [response, due] of this.#due) {
      // In the order of arrival, which is that of the deadlines.
      if (due > now) return;
      this.#due.delete(response);
      const late = timeout('request did not complete within the allotted timeout');
      if (!response.headersSent)
        respond(response, errorAnswer(late), { 'audit-id': '' }, []).catch(() => response.destroy());
    }
  }
}

export interface Identified {
  info: RequestInfo;
  query: URLSearchParams;
  user: User | undefined;
}

/** Who asks for what. Throws 400 for a malformed path, 403 for who may not act as another. */
export function identify(request: IncomingMessage, registry: Registry): Identified {
  const url = request.url ?? '/';
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  const query = mark < 0 ? noQuery : new URLSearchParams(url.slice(mark + 1));
  const info = parseRequestInfo(request.method ?? 'GET', path, query);
  if (info === undefined) throw badRequest('the request path is malformed');
  const sender = registry.authenticator.authenticateRequest(request);
  const other = sender !== undefined && actsAsAnother(request);
  return { info, query, user: other ? impersonate(sender, request, registry.authorizer) : sender };
}

/** Requests and upgrades alike: who was identified may do what they ask for. Throws 401 and 403. */
export function allow({ info, user }: Identified, { authorizer }: Registry): User {
  if (user === undefined) throw unauthorized('Unauthorized');
  const decision = authorizer.authorize(user, info);
  if (!decision.allowed) throw refusal(user, info, decision.reason);
  return user;
}

function actsAsAnother(request: IncomingMessage): boolean {
  for (const name in request.headers) if (name.startsWith('impersonate-')) return true;
  return false;
}

function isLongRunning(info: RequestInfo): boolean {
  return info.verb === 'watch' || longRunningSubresources.has(info.subresource);
}

export function auditIdOf(request: IncomingMessage): string {
  const sent = request.headers['audit-id'];
  return typeof sent === 'string' && sent.length <= 64 && /^[\w-]+$/.test(sent) ? sent : newAuditId();
}

const auditRun = randomUUID().slice(0, -12);
let audited = 0;

/** Unlike any other, which is all it has to be: counting on from a random start costs a tenth of a random one each. */
function newAuditId(): string {
  audited++;
  return auditRun + audited.toString(16).padStart(12, '0');
}

class Context implements RequestContext {
  readonly method: string;
  readonly info: RequestInfo;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly incoming: IncomingMessage;
  readonly user: User;
  readonly body: Buffer | undefined;
  readonly warnings: string[];
  readonly now = new Date();
  readonly #response: Response;
  readonly #stopping: AbortSignal;
  #signal: AbortSignal | undefined;

  constructor(
    method: string,
    info: RequestInfo,
    query: URLSearchParams,
    request: IncomingMessage,
    response: Response,
    user: User,
    body: Buffer | undefined,
    warnings: string[],
    stopping: AbortSignal,
  ) {
    this.method = method;
    this.info = info;
    this.query = query;
    this.headers = request.headers;
    this.incoming = request;
    this.user = user;
    this.body = body;
    this.warnings = warnings;
    this.#response = response;
    this.#stopping = stopping;
  }

  /** Made when asked for: most requests never need it. */
  get signal(): AbortSignal {
    this.#signal ??= goneSignal(this.#response, this.#stopping);
    return this.#signal;
  }
}

/** Aborted when the client has gone, or the server stops. */
function goneSignal(response: Response, stopping: AbortSignal): AbortSignal {
  const gone = new AbortController();
  const abort = () => gone.abort();
  response.once('close', () => {
    stopping.removeEventListener('abort', abort);
    abort();
  });
  stopping.addEventListener('abort', abort, { once: true });
  if (stopping.aborted) abort();
  return gone.signal;
}
