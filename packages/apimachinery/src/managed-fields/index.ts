export { typedErrors } from './check-typed.ts';
export { changedFields, compareTyped, type Comparison } from './compare.ts';
export { applyConflict } from './conflict.ts';
export { fieldSetOf } from './field-set-of.ts';
export {
  canonical,
  difference,
  emptySet,
  has,
  intersection,
  isEmptySet,
  leaves,
  paths,
  recursiveDifference,
  sameSet,
  setOfPath,
  union,
  type FieldSet,
} from './field-set.ts';
export {
  formatManagers,
  isSameManager,
  parseManagers,
  sameManagers,
  storedManagers,
  type Manager,
  type ManagerId,
} from './managers.ts';
export { formatPath, parseFieldSet } from './parse.ts';
export { ItemError } from './shape.ts';
export {
  applyConfiguration,
  managersAfterUpdate,
  type Applied,
  type Conflict,
  type VersionView,
  type Write,
} from './update.ts';
