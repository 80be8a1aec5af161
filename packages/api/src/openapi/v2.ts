import type { Resource } from '../resource.ts';
import { pathsOfV2 } from './paths-v2.ts';
import { componentSchemas } from './schemas.ts';

/** The OpenAPI v2 document of everything: what kubectl before 1.27 explains and validates with. */
export function openApiV2(resources: readonly Resource[]): object {
  return {
    swagger: '2.0',
    info: { title: 'Kubernetes', version: 'v1.36.0' },
    paths: pathsOfV2(resources),
    definitions: componentSchemas(resources, 'v2'),
  };
}
