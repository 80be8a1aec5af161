import type { FieldError, KubeObject, ObjectSchema, Typed } from '@wherry/apimachinery';
import type { JSONSchemaProps } from './apiextensions/json-schema-props.ts';

/** One column of `kubectl get`. A column of priority 1 is shown by `-o wide` alone. */
export interface Column<T> {
  name: string;
  type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  format?: string | undefined;
  description: string;
  /** 0 is always shown. */
  priority: number;
  /** null: there is nothing to show. */
  cell(object: T, now: Date): string | number | boolean | null;
}

/** A method's type, so that a Resource<Pod> is also a Resource: each reads objects of its own kind alone. */
type FieldReader<T> = { read(object: T): string }['read'];

/** Defaults and validation of a kind that is not built in, or whose rules the server alone can judge. */
export interface ResourceRules {
  /** In place. */
  applyDefaults(object: KubeObject): void;
  validateCreate(object: KubeObject): FieldError[];
  validateUpdate(object: KubeObject, old: KubeObject): FieldError[];
  validateStatusUpdate(object: KubeObject, old: KubeObject): FieldError[];
}

/** A kind as it is served: its names, its schema, what can be selected and printed. */
export interface Resource<T extends KubeObject = KubeObject> extends Typed<T> {
  /** `''` is the core group. */
  group: string;
  version: string;
  kind: string;
  plural: string;
  singular: string;
  shortNames: readonly string[];
  categories: readonly string[];
  namespaced: boolean;
  schema: ObjectSchema;
  subresources: readonly string[];
  columns: readonly Column<T>[];
  /** What fieldSelector may name, besides metadata.name and metadata.namespace, which are listed here too. */
  selectableFields: Readonly<Record<string, FieldReader<T>>>;
  /** Two groups that serve the same objects (the two of Event) share one storage, named after the core one. */
  storage?: string | undefined;
  /** What may be asked of it; absent: every verb. */
  verbs?: readonly string[] | undefined;
  /** False for what is answered on the spot and never kept, such as reviews. */
  stored?: false | undefined;
  /** `PodList` and the like, where it is not `${kind}List`. */
  listKind?: string | undefined;
  /** Beside what all objects have in common. A resource that is defined by a CustomResourceDefinition has these. */
  rules?: ResourceRules | undefined;
  /** Made from a CustomResourceDefinition: no strategic merge, no protobuf. */
  custom?: true | undefined;
  /** What the definition of a custom resource says of its objects; published in OpenAPI. */
  definition?: JSONSchemaProps | undefined;
  /** Shown to whoever uses it, as a Warning. */
  deprecation?: string | undefined;
  /** Upstream refuses deletecollection for these. */
  noCollectionDelete?: boolean | undefined;
}

/** `v1`, `apps/v1` */
export function apiVersionOf(resource: { group: string; version: string }): string {
  return resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
}
