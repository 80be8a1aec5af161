import { methodNotAllowed, noSuchPath } from '@wherry/apimachinery';
import { versionInfo, type Health } from '@wherry/daemon';
import { answerIssuer } from '../auth/issuer-discovery.ts';
import type { ServiceAccountKeys } from '../auth/service-account-keys.ts';
import type { Discovery } from '../discovery/discovery.ts';
import type { OpenApi } from '../discovery/openapi.ts';
import { jsonAnswer, textAnswer, type Answer, type RequestContext } from './context.ts';

export interface PathOptions {
  health: Health;
  metrics(): Promise<{ contentType: string; body: string }>;
  discovery: Discovery;
  /** Made when first asked for. */
  openApi(): Promise<OpenApi>;
  /** host:port as clients outside should use it. */
  advertised(): string;
  serviceAccounts: ServiceAccountKeys | undefined;
}

/** Everything that is not a resource. Throws 404. */
export async function answerPath(context: RequestContext, options: PathOptions): Promise<Answer> {
  const { path } = context.info;
  if (/^\/(healthz|livez|readyz)(\/|$)/.test(path)) {
    const text = context.query.size > 0 ? `${path}?${context.query.toString()}` : path;
    const answer = await options.health.answer(text);
    if (answer) return answer;
  }
  if (path === '/version' || path === '/version/') return toRead(context, jsonAnswer(200, versionInfo));
  if (path === '/metrics') {
    const { contentType, body } = await options.metrics();
    return { status: 200, contentType, body };
  }
  if (path.startsWith('/api')) {
    const answer = options.discovery.answer(context, options.advertised());
    if (answer) return toRead(context, answer);
  }
  if (path.startsWith('/openapi/')) {
    const answer = await (await options.openApi()).answer(context);
    // Unlike discovery, upstream's documents can be asked for by HEAD.
    if (answer) return context.method === 'HEAD' ? answer : toRead(context, answer);
  }
  const answer = answerIssuer(path, options.serviceAccounts, options.advertised());
  if (answer) return toRead(context, answer);
  if (path === '/') return jsonAnswer(200, { paths: rootPaths });
  if (path === '/robots.txt') return textAnswer(200, 'User-agent: *\nDisallow: /\n');
  throw noSuchPath();
}

function toRead(context: RequestContext, answer: Answer): Answer {
  if (context.method !== 'GET') throw methodNotAllowed();
  return answer;
}

const rootPaths = [
  '/.well-known/openid-configuration',
  '/api',
  '/api/v1',
  '/apis',
  '/healthz',
  '/livez',
  '/metrics',
  '/openapi/v2',
  '/openapi/v3',
  '/openid/v1/jwks',
  '/readyz',
  '/version',
];
