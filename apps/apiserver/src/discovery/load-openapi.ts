import type { GroupVersions } from './group-versions.ts';
import type { OpenApi } from './openapi.ts';

/** The OpenAPI documents are made when the first of them is asked for; so is what makes them. */
export function openApiOf(groups: GroupVersions): () => Promise<OpenApi> {
  let loaded: Promise<OpenApi> | undefined;
  return () => (loaded ??= import('./openapi.ts').then((module) => new module.OpenApi(groups)));
}
