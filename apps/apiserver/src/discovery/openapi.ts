import { createHash } from 'node:crypto';
import { apiVersionOf, openApiV2, openApiV3, resources, type Resource } from '@wherry/api';
import { notAcceptable } from '@wherry/apimachinery';
import { jsonAnswer, type Answer, type RequestContext } from '../http/context.ts';
import { groupVersions } from './discovery.ts';

interface Document {
  body: string;
  hash: string;
}
const documents = new Map<string, Document>();

/** /openapi/v3 and the documents it lists, made when first asked for. */
export function openApi(context: RequestContext): Answer | undefined {
  const { path } = context.info;
  if (path === '/openapi/v3') return jsonAnswer(200, { paths: index() });
  if (path === '/openapi/v2') return serve(context, secondVersion(context));
  if (!path.startsWith('/openapi/v3/')) return undefined;
  const document = documentOf(path.slice('/openapi/v3/'.length));
  return document && serve(context, document);
}

/** The older document is asked for as protobuf by old clients, which fall back when it is not to be had. */
function secondVersion(context: RequestContext): Document {
  const accept = context.headers.accept ?? '*/*';
  if (!/json|\*\/\*|application\/\*/.test(accept.replaceAll(/[^,]*proto-openapi[^,]*/g, '')))
    throw notAcceptable(['application/json']);
  let document = documents.get('v2');
  if (document === undefined) {
    document = documentFrom(openApiV2(resources as readonly Resource[]));
    documents.set('v2', document);
  }
  return document;
}

function documentFrom(value: object): Document {
  const body = JSON.stringify(value);
  return { body, hash: createHash('sha512').update(body).digest('hex').toUpperCase() };
}

function serve(context: RequestContext, document: Document): Answer {
  const headers: Record<string, string> = { etag: JSON.stringify(document.hash), vary: 'Accept' };
  if (context.query.get('hash') === document.hash) {
    headers['cache-control'] = 'public, immutable';
    headers['expires'] = new Date(context.now.getTime() + 365 * 86_400_000).toUTCString();
  }
  const contentType = 'application/json';
  if (context.headers['if-none-match'] === headers['etag']) return { status: 304, contentType, body: '', headers };
  return { status: 200, contentType, body: document.body, headers };
}

function index(): Record<string, { serverRelativeURL: string }> {
  const paths: Record<string, { serverRelativeURL: string }> = {};
  for (const groupVersion of groupVersions) {
    const name = pathOf(groupVersion);
    paths[name] = { serverRelativeURL: `/openapi/v3/${name}?hash=${documentOf(name)!.hash}` };
  }
  return paths;
}

function documentOf(name: string): Document | undefined {
  const known = documents.get(name);
  if (known) return known;
  const found = groupVersions.find((groupVersion) => pathOf(groupVersion) === name);
  if (found === undefined) return undefined;
  const document = documentFrom(openApiV3(found.group, found.version, found.resources));
  documents.set(name, document);
  return document;
}

function pathOf(groupVersion: { group: string; version: string }): string {
  return `${groupVersion.group === '' ? 'api' : 'apis'}/${apiVersionOf(groupVersion)}`;
}
