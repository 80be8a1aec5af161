import {
  apiVersionOf,
  Binding,
  DeleteOptions,
  Eviction,
  resources,
  Scale,
  TokenRequest,
  type Resource,
} from '@wherry/api';
import type { ObjectSchema } from '@wherry/apimachinery';
import { metaKinds } from './meta-schemas.ts';

let schemas: Map<string, ObjectSchema> | undefined;

/** The schema of a built-in kind, or of what is spoken besides them; undefined for what has no protobuf form. */
export function schemaOfKind(apiVersion: string, kind: string): ObjectSchema | undefined {
  schemas ??= new Map<string, ObjectSchema>([
    ...(resources as readonly Resource[]).map(
      (resource) => [`${apiVersionOf(resource)}/${resource.kind}`, resource.schema] as const,
    ),
    ...Object.entries(metaKinds),
    ['autoscaling/v1/Scale', Scale],
    ['policy/v1/Eviction', Eviction],
    ['authentication.k8s.io/v1/TokenRequest', TokenRequest],
    ['v1/Binding', Binding],
    ['v1/DeleteOptions', DeleteOptions],
    ['meta.k8s.io/v1/DeleteOptions', DeleteOptions],
  ]);
  return schemas.get(`${apiVersion}/${kind}`);
}
