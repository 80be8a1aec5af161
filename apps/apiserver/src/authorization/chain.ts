import type { User } from '../http/context.ts';
import { allowedSilently, type Attributes, type Authorizer, type Decision, type SubjectRules } from './authorizer.ts';

const PRIVILEGED = 'system:masters';

/**
 * Asks one after the other until one allows; none can deny. The group system:masters may do everything whatever the
 * others say, as upstream.
 */
export class AuthorizerChain implements Authorizer {
  readonly #links: readonly Authorizer[];

  constructor(links: readonly Authorizer[]) {
    this.#links = links;
  }

  authorize(user: User, attributes: Attributes): Decision {
    if (user.groups.includes(PRIVILEGED)) return allowedSilently;
    let reason = '';
    for (const link of this.#links) {
      const decision = link.authorize(user, attributes);
      if (decision.allowed) return decision;
      if (decision.reason !== '') reason = reason === '' ? decision.reason : `${reason}\n${decision.reason}`;
    }
    return { allowed: false, reason };
  }

  rulesFor(user: User, namespace: string): SubjectRules {
    const all: SubjectRules = { resourceRules: [], nonResourceRules: [], incomplete: false, errors: [] };
    for (const link of this.#links) {
      const rules = link.rulesFor(user, namespace);
      all.resourceRules.push(...rules.resourceRules);
      all.nonResourceRules.push(...rules.nonResourceRules);
      all.errors.push(...rules.errors);
      all.incomplete ||= rules.incomplete;
    }
    return all;
  }
}

/** --authorization-mode=AlwaysAllow */
export const alwaysAllow: Authorizer = {
  authorize: () => allowedSilently,
  rulesFor: () => ({
    resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
    nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
    incomplete: false,
    errors: [],
  }),
};

/** --authorization-mode=AlwaysDeny */
export const alwaysDeny: Authorizer = {
  authorize: () => ({ allowed: false, reason: 'Everything is forbidden.' }),
  rulesFor: () => ({ resourceRules: [], nonResourceRules: [], incomplete: false, errors: [] }),
};
