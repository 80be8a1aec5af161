import type { Resource } from '../resource.ts';
import { componentSchemas } from './schemas.ts';
import { pathsOf } from './paths.ts';

/** The OpenAPI v3 document of one group version: what kubectl explain, apply and its client-side checks read. */
export function openApiV3(group: string, version: string, resources: readonly Resource[]): object {
  const served = resources.filter((resource) => resource.group === group && resource.version === version);
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'v1.36.0' },
    paths: pathsOf(served),
    components: { schemas: componentSchemas(served) },
  };
}
