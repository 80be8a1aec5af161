import { toCompactJson } from '../printing/json.ts';
import type { Unstructured } from './unstructured.ts';

const annotation = 'kubectl.kubernetes.io/last-applied-configuration';

export function lastAppliedOf(object: Unstructured): Unstructured | undefined {
  const text = object.metadata.annotations?.[annotation];
  return text === undefined ? undefined : (JSON.parse(text) as Unstructured);
}

/** The object with its own configuration noted in it. The note does not contain itself. */
export function withLastApplied(object: Unstructured): Unstructured {
  const { [annotation]: _, ...others } = object.metadata.annotations ?? {};
  const bare = { ...object, metadata: { ...object.metadata, annotations: others } };
  const note = `${toCompactJson(bare)}\n`;
  return { ...bare, metadata: { ...bare.metadata, annotations: { ...others, [annotation]: note } } };
}

export function hasLastApplied(object: Unstructured): boolean {
  return object.metadata.annotations?.[annotation] !== undefined;
}
