import { SelfSubjectReview, TokenReview } from '@wherry/api';
import { badRequest } from '@wherry/apimachinery';
import { parseBody } from '../http/body.ts';
import { jsonAnswer, type Answer, type RequestContext, type User } from '../http/context.ts';
import { timeOf } from '../registry/object-meta.ts';
import type { Registry } from '../registry/registry.ts';
import { decodeAs } from './decode-object.ts';

const apiVersion = 'authentication.k8s.io/v1';

/** POST tokenreviews: whose token it is. A token that is not believed is no error, but the answer. */
export async function reviewToken(context: RequestContext, { authenticator }: Registry): Promise<Answer> {
  const { value } = await parseBody(context, TokenReview);
  const kind = 'TokenReview';
  const review = decodeAs(context, TokenReview, { kind, apiVersion }, value) as unknown as TokenReview;
  const spec: Partial<TokenReview['spec']> = { ...review.spec };
  const { token = '', audiences = [] } = spec;
  if (token === '') throw badRequest('token is required for TokenReview in authentication');
  const wanted = audiences.length > 0 ? audiences : authenticator.options.audiences;
  const verdict = authenticator.authenticateToken(token, wanted);
  const status =
    'user' in verdict
      ? { authenticated: true, user: userInfo(verdict.user), audiences: [...(verdict.audiences ?? [])] }
      : { user: {}, error: verdict.error };
  return jsonAnswer(201, { ...review, metadata: metaOf(review.metadata), status });
}

/** POST selfsubjectreviews: whom the server takes the sender for, impersonation included (`kubectl auth whoami`). */
export async function reviewSelf(context: RequestContext): Promise<Answer> {
  const { value } = await parseBody(context, SelfSubjectReview);
  const kind = 'SelfSubjectReview';
  if (value !== undefined) decodeAs(context, SelfSubjectReview, { kind, apiVersion }, value);
  return jsonAnswer(201, {
    kind,
    apiVersion,
    metadata: { creationTimestamp: timeOf(context.now) },
    status: { userInfo: userInfo(context.user) },
  });
}

function userInfo({ name, uid, groups, extra }: User) {
  return { username: name, uid, groups, extra };
}

/** Nothing is stored, so nothing was ever created. */
function metaOf(metadata: TokenReview['metadata'] | undefined) {
  return { creationTimestamp: null, ...metadata };
}
