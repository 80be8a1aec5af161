import type { ObjectSchema } from '@wherry/apimachinery';
import { TokenRequest } from '../authentication/token-request.ts';
import { Scale } from '../autoscaling/scale.ts';
import { Binding } from '../core/binding.ts';
import { Eviction } from '../policy/eviction.ts';

interface SubresourceBody {
  group: string;
  version: string;
  kind: string;
  schema: ObjectSchema;
}

/** Subresources whose body is of a kind of its own. */
export const subresourceBodies: Readonly<Record<string, SubresourceBody>> = {
  scale: { group: 'autoscaling', version: 'v1', kind: 'Scale', schema: Scale },
  binding: { group: '', version: 'v1', kind: 'Binding', schema: Binding },
  eviction: { group: 'policy', version: 'v1', kind: 'Eviction', schema: Eviction },
  token: { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest', schema: TokenRequest },
};
