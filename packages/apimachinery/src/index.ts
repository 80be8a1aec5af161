export { clone, deepEqual, semanticEqual } from './copy.ts';
export { decode, decodeFailureMessage, strictFailureMessage, type Decoded } from './decode.ts';
export { checkDepth, exceedsDepth, maxDepth } from './depth.ts';
export { findDuplicateFields } from './duplicate-fields.ts';
export * from './field-error.ts';
export {
  formatFieldSelector,
  matchesFields,
  parseFieldSelector,
  type FieldRequirement,
} from './field-selector.ts';
export { jsonPatch, type JsonPatchOperation } from './json-patch.ts';
export * from './kube-object.ts';
export type { LabelRequirement } from './label-requirement.ts';
export {
  formatLabelRequirements,
  formatLabels,
  formatLabelSelector,
  labelSelectorRequirements,
  labelsMatchMap,
  matchesLabels,
  parseLabelSelector,
  selectorMatches,
  type Labels,
} from './label-selector.ts';
export { createMergePatch, mergePatch } from './merge-patch.ts';
export * from './meta.ts';
export * from './names.ts';
export { getOwn, isMap, setOwn, type JsonMap } from './own-key.ts';
export * from './quantity.ts';
export * from './schema.ts';
export * from './status.ts';
export { createStrategicPatch, createThreeWayPatch } from './strategic-diff.ts';
export { strategicMergePatch } from './strategic-patch.ts';
