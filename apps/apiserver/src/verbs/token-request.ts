import { randomUUID } from 'node:crypto';
import { TokenRequest, type BoundObjectReference, type Pod } from '@wherry/api';
import {
  badRequest,
  conflict,
  fieldInvalid,
  invalid,
  noSuchPath,
  notFound,
  type FieldError,
  type KubeObject,
} from '@wherry/apimachinery';
import { signJwt } from '@wherry/pki/jwt';
import { mutate, validate } from '../admission/chain.ts';
import { serviceAccountClaims, type Binding } from '../auth/service-account-claims.ts';
import { parseBody } from '../http/body.ts';
import { jsonAnswer, type Answer, type RequestContext } from '../http/context.ts';
import { groupResource, timeOf } from '../registry/object-meta.ts';
import { lookUp, type Registry } from '../registry/registry.ts';
import { cacheKey, objectOf, type Served } from '../registry/served.ts';
import { noEffects } from '../registry/strategy.ts';
import { isDryRun } from './create.ts';
import { decodeAs } from './decode-object.ts';

const kind = { group: 'authentication.k8s.io', kind: 'TokenRequest' };
const DEFAULT_SECONDS = 3_600;
const MIN_SECONDS = 600;
const MAX_SECONDS = 2 ** 32;
/** What the tokens in pods ask for; it is told from what anyone else would. */
const POD_TOKEN_SECONDS = 3_607;
const EXTENDED_SECONDS = 365 * 24 * 3_600;

/** POST serviceaccounts/NAME/token: a token for the account, which ends with the object it is bound to. */
export async function requestToken(context: RequestContext, registry: Registry, served: Served): Promise<Answer> {
  const { serviceAccounts: keys, audiences } = registry.authenticator.options;
  const { namespace, name } = context.info;
  if (keys?.signingKey === undefined) throw noSuchPath();
  const { value } = await parseBody(context, TokenRequest);
  const apiVersion = 'authentication.k8s.io/v1';
  const request = decodeAs(context, TokenRequest, { kind: kind.kind, apiVersion }, value) as unknown as TokenRequest;
  request.metadata ??= { name: '' };
  request.spec ??= {};
  const { metadata, spec } = request;
  spec.expirationSeconds ??= DEFAULT_SECONDS;
  await admit(mutate, context, registry, served, request);
  checkNames(request, namespace, name);
  const entry = served.cache.get(cacheKey(served, namespace, name));
  if (entry === undefined) throw notFound(groupResource(served), name);
  if (spec.audiences === undefined || spec.audiences.length === 0) spec.audiences = [...audiences];
  metadata.name = name;
  metadata.namespace = namespace;
  metadata.creationTimestamp = timeOf(context.now);
  delete request.status;
  const errors = validateTokenRequest(request);
  if (errors.length > 0) throw invalid(kind, '', errors);
  await admit(validate, context, registry, served, request);
  const binding = bindingOf(registry, spec.boundObjectRef, namespace, name);
  const limit = keys.maxExpirationSeconds;
  if (limit > 0 && spec.expirationSeconds > limit) {
    context.warnings.push(`requested expiration of ${spec.expirationSeconds} seconds shortened to ${limit} seconds`);
    spec.expirationSeconds = limit;
  }
  const asked = spec.expirationSeconds;
  const isForUs = spec.audiences.every((audience) => audiences.includes(audience));
  const extended = keys.extendExpiration && binding.pod !== undefined && asked === POD_TOKEN_SECONDS && isForUs;
  const claims = serviceAccountClaims(objectOf(served, entry), binding, {
    issuer: keys.issuers[0]!,
    audiences: spec.audiences,
    expirationSeconds: extended ? EXTENDED_SECONDS : asked,
    warnAfterSeconds: extended ? asked : undefined,
    id: randomUUID(),
    now: context.now.getTime(),
  });
  request.status = {
    token: signJwt(keys.signingKey, { ...claims }),
    expirationTimestamp: timeOf(new Date(context.now.getTime() + asked * 1_000)),
  };
  return jsonAnswer(201, request);
}

type Step = typeof mutate;

/** For plugins that say who may have a token of whom. */
function admit(
  step: Step,
  context: RequestContext,
  registry: Registry,
  served: Served,
  object: TokenRequest,
): Promise<void> {
  const { namespace, name } = context.info;
  return step(registry, {
    operation: 'CREATE',
    served,
    namespace,
    name,
    subresource: 'token',
    user: context.user,
    now: context.now,
    dryRun: isDryRun(context),
    effects: noEffects(),
    object: object as unknown as KubeObject,
  });
}

function checkNames({ metadata }: TokenRequest, namespace: string, name: string): void {
  const refuse = (field: string, value: string) =>
    invalid(kind, name, [
      fieldInvalid(`metadata.${field}`, value, `must match the service account ${field} if specified`),
    ]);
  if ((metadata.name ?? '') !== '' && metadata.name !== name) throw refuse('name', metadata.name);
  if ((metadata.namespace ?? '') !== '' && metadata.namespace !== namespace) {
    throw refuse('namespace', metadata.namespace ?? '');
  }
}

function validateTokenRequest({ spec }: TokenRequest): FieldError[] {
  const field = 'spec.expirationSeconds';
  const seconds = spec.expirationSeconds ?? 0;
  if (seconds < MIN_SECONDS) return [fieldInvalid(field, seconds, 'may not specify a duration less than 10 minutes')];
  if (seconds > MAX_SECONDS)
    return [fieldInvalid(field, seconds, 'may not specify a duration larger than 2^32 seconds')];
  return [];
}

function bindingOf(
  registry: Registry,
  reference: BoundObjectReference | undefined,
  namespace: string,
  account: string,
): Binding {
  if (reference === undefined) return {};
  const { apiVersion = '', kind: refKind = '', name = '', uid = '' } = reference;
  const slash = apiVersion.indexOf('/');
  const group = slash < 0 ? '' : apiVersion.slice(0, slash);
  const find = (plural: string, key: string): KubeObject => {
    const found = lookUp(registry, `/v1/${plural}`, key);
    if (found === undefined) throw notFound({ group: '', resource: plural }, name);
    return found;
  };
  const checked = (object: KubeObject): KubeObject => {
    if (uid === '' || uid === object.metadata.uid) return object;
    const why = `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`;
    throw conflict({ group, resource: refKind }, name, why);
  };
  if (group === '' && refKind === 'Pod') {
    const pod = find('pods', `${namespace}/${name}`) as Pod;
    if (pod.spec.serviceAccountName !== account) {
      throw badRequest(
        `cannot bind token for serviceaccount ${JSON.stringify(account)} to pod running with different serviceaccount name.`,
      );
    }
    const { nodeName = '' } = pod.spec;
    // A node that does not exist is still named.
    const node =
      nodeName === '' ? undefined : (lookUp(registry, '/v1/nodes', nodeName) ?? { metadata: { name: nodeName } });
    return { pod: checked(pod), node };
  }
  if (group === '' && refKind === 'Node') return { node: checked(find('nodes', name)) };
  if (group === '' && refKind === 'Secret') return { secret: checked(find('secrets', `${namespace}/${name}`)) };
  const version = slash < 0 ? apiVersion : apiVersion.slice(slash + 1);
  throw badRequest(`cannot bind token to object of type ${group}/${version}, Kind=${refKind}`);
}
