import { createHash } from 'node:crypto';
import { apiVersionOf, type Resource } from '@wherry/api';
import { openApiV2, openApiV3 } from '@wherry/api/openapi';
import { notAcceptable } from '@wherry/apimachinery';
import { nextTurn } from '../cache/turns.ts';
import { jsonAnswer, type Answer, type RequestContext } from '../http/context.ts';
import type { GroupVersion, GroupVersions } from './group-versions.ts';
import { encodeDefinition, encodeDocument, encodePath } from './openapi-protobuf.ts';

interface Document {
  body: Buffer;
  hash: string;
}
/** Of one group version: made again when one of its resources is another one. */
interface Cached {
  resources: readonly Resource[];
  hash: string;
  /** Let go when all of them are too much; the hash is what the index needs. */
  body: Buffer | undefined;
}
interface SecondVersion {
  generation: number;
  json: Document;
  protobuf: Document | undefined;
}

/** What documents may take that are only kept to be sent again. */
const MAX_KEPT_BYTES = 16 * 1024 * 1024;
const YEAR_MS = 365 * 86_400_000;
const json = 'application/json';
const protobuf = /^application\/com\.github\.proto-openapi\.spec\.v2[.@]v1\.0\+protobuf$/;
/** With a dot: Go's parser of media types takes no @, though clients ask with one. */
const protobufAnswer = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
const info = { title: 'Kubernetes', version: 'v1.36.0' };

/**
 * /openapi/v3 and the documents it lists, and /openapi/v2 in JSON and protobuf. Each is made when asked for, in pieces
 * between which others have their turn, and kept: all of them are 2 MB beside the definitions of custom resources.
 */
export class OpenApi {
  readonly #groups: GroupVersions;
  readonly #documents = new Map<string, Cached>();
  #second: Promise<SecondVersion> | undefined;

  constructor(groups: GroupVersions) {
    this.#groups = groups;
  }

  /** @returns undefined for paths that are none of these */
  async answer(context: RequestContext): Promise<Answer | undefined> {
    const { path } = context.info;
    if (path === '/openapi/v3' || path === '/openapi/v3/') return jsonAnswer(200, { paths: await this.#index() });
    if (path === '/openapi/v2') return this.#secondVersion(context);
    if (!path.startsWith('/openapi/v3/')) return undefined;
    const name = path.slice('/openapi/v3/'.length);
    const found = this.#groups.list.find((groupVersion) => pathOf(groupVersion) === name);
    if (found === undefined) return undefined;
    checkAccept(context);
    return serve(context, this.#documentOf(found), json);
  }

  async #index(): Promise<Record<string, { serverRelativeURL: string }>> {
    const paths: Record<string, { serverRelativeURL: string }> = {};
    const names = new Set<string>();
    for (const groupVersion of this.#groups.list) {
      const name = pathOf(groupVersion);
      names.add(name);
      if (!this.#isCached(name, groupVersion)) await nextTurn();
      const hash = this.#isCached(name, groupVersion)
        ? this.#documents.get(name)!.hash
        : this.#documentOf(groupVersion).hash;
      paths[name] = { serverRelativeURL: `/openapi/v3/${name}?hash=${hash}` };
    }
    for (const name of this.#documents.keys()) if (!names.has(name)) this.#documents.delete(name);
    return paths;
  }

  #isCached(name: string, { resources }: GroupVersion): boolean {
    const known = this.#documents.get(name)?.resources;
    return known?.length === resources.length && known.every((resource, i) => resource === resources[i]!.resource);
  }

  #documentOf(groupVersion: GroupVersion): Document {
    const name = pathOf(groupVersion);
    const known = this.#isCached(name, groupVersion) ? this.#documents.get(name) : undefined;
    if (known?.body) return { body: known.body, hash: known.hash };
    const resources = groupVersion.resources.map(({ resource }) => resource);
    const { group, version } = groupVersion;
    const document = documentFrom(Buffer.from(JSON.stringify(openApiV3(group, version, resources))));
    // The newest last: the first are let go first.
    this.#documents.delete(name);
    this.#documents.set(name, { resources, ...document });
    this.#trim();
    return document;
  }

  #trim(): void {
    let bytes = 0;
    for (const { body } of this.#documents.values()) bytes += body?.length ?? 0;
    for (const cached of this.#documents.values()) {
      if (bytes <= MAX_KEPT_BYTES) return;
      bytes -= cached.body?.length ?? 0;
      cached.body = undefined;
    }
  }

  async #secondVersion(context: RequestContext): Promise<Answer> {
    const contentType = negotiate(context);
    this.#second ??= this.#make(contentType !== json);
    let second = await this.#second;
    const wanted = contentType === json ? second.json : second.protobuf;
    if (second.generation !== this.#groups.generation || wanted === undefined) {
      this.#second = this.#make(second.protobuf !== undefined || contentType !== json);
      second = await this.#second;
    }
    return serve(context, contentType === json ? second.json : second.protobuf!, contentType);
  }

  /** Clients older than kubectl 1.27 alone ask for protobuf, so it is made with the JSON only once one has. */
  async #make(withProtobuf: boolean): Promise<SecondVersion> {
    const { generation, list } = this.#groups;
    const paths: string[] = [];
    const definitions = new Map<string, string>();
    const pathBytes: Buffer[] = [];
    const definitionBytes = new Map<string, Buffer>();
    for (const { resources } of list) {
      await nextTurn();
      const part = openApiV2(resources.map(({ resource }) => resource)) as Part;
      for (const [path, item] of Object.entries(part.paths)) {
        paths.push(`${JSON.stringify(path)}:${JSON.stringify(item)}`);
        if (withProtobuf) pathBytes.push(encodePath(path, item));
      }
      for (const [id, definition] of Object.entries(part.definitions)) {
        if (definitions.has(id)) continue;
        definitions.set(id, `${JSON.stringify(id)}:${JSON.stringify(definition)}`);
        if (withProtobuf) definitionBytes.set(id, encodeDefinition(id, definition));
      }
    }
    await nextTurn();
    const text = `{"swagger":"2.0","info":${JSON.stringify(info)},"paths":{${paths.join()}},"definitions":{${[...definitions.values()].join()}}}`;
    return {
      generation,
      json: documentFrom(Buffer.from(text)),
      protobuf: withProtobuf ? documentFrom(encodeDocument(info, pathBytes, [...definitionBytes.values()])) : undefined,
    };
  }
}

interface Part {
  paths: Record<string, object>;
  definitions: Record<string, object>;
}

function documentFrom(body: Buffer): Document {
  return { body, hash: createHash('sha512').update(body).digest('hex').toUpperCase() };
}

function serve(context: RequestContext, document: Document, contentType: string): Answer {
  const headers: Record<string, string> = { etag: JSON.stringify(document.hash), vary: 'Accept' };
  if (context.query.get('hash') === document.hash) {
    headers['cache-control'] = 'public, immutable';
    headers['expires'] = new Date(context.now.getTime() + YEAR_MS).toUTCString();
  }
  if (context.headers['if-none-match'] === headers['etag']) return { status: 304, contentType, body: '', headers };
  return { status: 200, contentType, body: document.body, headers };
}

/** The first form of the v2 document that the client takes. Throws 406. */
function negotiate(context: RequestContext): string {
  for (const range of (context.headers.accept ?? '*/*').split(',')) {
    const type = range.split(';', 1)[0]!.trim().toLowerCase();
    if (protobuf.test(type)) return protobufAnswer;
    if (type === json || type === '*/*' || type === 'application/*') return json;
  }
  throw notAcceptable([json, 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf']);
}

function checkAccept(context: RequestContext): void {
  const types = (context.headers.accept ?? '*/*').split(',').map((range) => range.split(';', 1)[0]!.trim());
  if (!types.some((type) => type === json || type === '*/*' || type === 'application/*')) throw notAcceptable([json]);
}

function pathOf(groupVersion: GroupVersion): string {
  return `${groupVersion.group === '' ? 'api' : 'apis'}/${apiVersionOf(groupVersion)}`;
}
