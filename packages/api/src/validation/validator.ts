import type { NameCheck } from './metadata.ts';
import type { Findings } from './value-rules.ts';

/** The rules of one kind. `update` checks the new state as well as the change; without it, `create` does. */
export interface Validator {
  name: NameCheck;
  create?: (object: never) => Findings;
  update?: (object: never, old: never) => Findings;
  status?: (object: never, old: never) => Findings;
}
