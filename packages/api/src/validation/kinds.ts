import { isDns1035Label, isDns1123Label, isDns1123Subdomain, type FieldError } from '@wherry/apimachinery';
import type { Resource } from '../resource.ts';
import { isPathSegmentName, type NameCheck } from './metadata.ts';

/** The rules of one kind. `update` stands for itself: it checks the new state as well as the change. */
export interface Validator {
  name: NameCheck;
  create?: (object: never) => FieldError[];
  update?: (object: never, old: never) => FieldError[];
  status?: (object: never, old: never) => FieldError[];
}

const validators: Readonly<Record<string, Validator>> = {
  '/Pod': { name: isDns1123Subdomain },
  '/Node': { name: isDns1123Subdomain },
  '/Namespace': { name: isDns1123Label },
  '/Service': { name: isDns1035Label },
  '/Endpoints': { name: isDns1123Subdomain },
  '/ConfigMap': { name: isDns1123Subdomain },
  '/Secret': { name: isDns1123Subdomain },
  '/ServiceAccount': { name: isDns1123Subdomain },
  '/Event': { name: isDns1123Subdomain },
};

export function validatorOf(resource: Pick<Resource, 'group' | 'kind'>): Validator {
  return validators[`${resource.group}/${resource.kind}`] ?? { name: isDns1123Subdomain };
}

export { isPathSegmentName };
