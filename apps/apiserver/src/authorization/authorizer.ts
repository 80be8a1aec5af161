import type { NonResourceRule, ResourceRule } from '@wherry/api';
import type { User } from '../http/context.ts';

/** What is asked for. A RequestInfo has this shape; reviews and admission make their own. */
export interface Attributes {
  readonly isResource: boolean;
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  /** Of requests that are for no resource. */
  readonly path: string;
  /** As it was sent; only the Node authorizer looks at it. */
  readonly fieldSelector?: string | undefined;
}

export interface Decision {
  readonly allowed: boolean;
  /** Why, or of a refusal what is known of it; often empty. */
  readonly reason: string;
}

/** What a user may do in a namespace, as far as it can be listed. */
export interface SubjectRules {
  resourceRules: ResourceRule[];
  nonResourceRules: NonResourceRule[];
  incomplete: boolean;
  errors: string[];
}

/** Decides at once and from memory: every request waits for it. */
export interface Authorizer {
  authorize(user: User, attributes: Attributes): Decision;
  rulesFor(user: User, namespace: string): SubjectRules;
}

export const allowedSilently: Decision = { allowed: true, reason: '' };
export const noOpinion: Decision = { allowed: false, reason: '' };

/** The attributes of a resource that somebody other than a request asks about. */
export function resourceAttributes(
  given: { verb: string; resource: string } & Partial<Omit<Attributes, 'verb' | 'resource' | 'isResource' | 'path'>>,
): Attributes {
  const { group = '', subresource = '', namespace = '', name = '', fieldSelector } = given;
  return { isResource: true, path: '', ...given, group, subresource, namespace, name, fieldSelector };
}
