/** An object of any kind, as JSON has it. */
export interface Unstructured {
  apiVersion: string;
  kind: string;
  metadata: {
    name?: string;
    namespace?: string;
    generateName?: string;
    uid?: string;
    resourceVersion?: string;
    generation?: number;
    creationTimestamp?: string;
    deletionTimestamp?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    ownerReferences?: { apiVersion: string; kind: string; name: string; uid: string; controller?: boolean }[];
    [field: string]: unknown;
  };
  [field: string]: unknown;
}

/** The value at a path of field names, undefined where the path ends early. */
export function field(value: unknown, ...path: readonly string[]): unknown {
  let at = value;
  for (const name of path) {
    if (typeof at !== 'object' || at === null || Array.isArray(at)) return undefined;
    at = (at as Record<string, unknown>)[name];
  }
  return at;
}

export function isUnstructured(value: unknown): value is Unstructured {
  return typeof field(value, 'apiVersion') === 'string' && typeof field(value, 'kind') === 'string';
}
