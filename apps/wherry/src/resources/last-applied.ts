import { toCompactJson } from '../printing/json.ts';
import type { Unstructured } from './unstructured.ts';

export const lastAppliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration';

export function lastAppliedOf(object: Unstructured): Unstructured | undefined {
  const text = object.metadata.annotations?.[lastAppliedAnnotation];
  return text === undefined ? undefined : (JSON.parse(text) as Unstructured);
}

/** The object with its own configuration noted in it. The note does not contain itself. */
export function withLastApplied(object: Unstructured): Unstructured {
  const { [lastAppliedAnnotation]: _, ...others } = object.metadata.annotations ?? {};
  const bare = { ...object, metadata: { ...object.metadata, annotations: others } };
  const note = `${toCompactJson(bare)}\n`;
  return { ...bare, metadata: { ...bare.metadata, annotations: { ...others, [lastAppliedAnnotation]: note } } };
}

/** The object without the note: its annotations are there as in a note, even where there are none. */
export function withoutLastApplied(object: Unstructured): Unstructured {
  const { [lastAppliedAnnotation]: _, ...others } = object.metadata.annotations ?? {};
  return { ...object, metadata: { ...object.metadata, annotations: others } };
}

export function hasLastApplied(object: Unstructured): boolean {
  return object.metadata.annotations?.[lastAppliedAnnotation] !== undefined;
}
