import { fieldForbidden, fieldNotSupported, fieldRequired, fieldTooLong } from '@wherry/apimachinery';
import type { IngressClass, IngressClassParametersReference } from '../networking/ingress-class.ts';
import { validateImmutable } from './metadata.ts';
import { domainPrefixedPath, requiredSegment } from './qualified-names.ts';
import { dnsLabel, dnsSubdomain, type Findings } from './value-rules.ts';

const maxControllerLength = 250;

export function* ingressClass({ spec }: IngressClass): Findings {
  const controller = spec?.controller ?? '';
  if (controller === '') yield fieldRequired('spec.controller');
  else {
    if (controller.length > maxControllerLength) yield fieldTooLong('spec.controller', maxControllerLength);
    yield* domainPrefixedPath(controller, 'spec.controller');
  }
  if (spec?.parameters !== undefined) yield* parameters(spec.parameters, 'spec.parameters');
}

export function* ingressClassUpdate(object: IngressClass, old: IngressClass): Findings {
  yield* validateImmutable(object.spec?.controller, old.spec?.controller, 'spec.controller');
  yield* ingressClass(object);
}

function* parameters(reference: IngressClassParametersReference, field: string): Findings {
  const { apiGroup, kind, name, scope, namespace } = reference;
  if (apiGroup !== undefined) yield* dnsSubdomain(apiGroup, `${field}.apiGroup`);
  yield* requiredSegment(kind, `${field}.kind`);
  yield* requiredSegment(name, `${field}.name`);
  if (scope === undefined) yield fieldRequired(`${field}.scope`);
  else if (scope === 'Namespace') {
    if (namespace === undefined) yield fieldRequired(`${field}.namespace`, "`parameters.scope` is set to 'Namespace'");
    else yield* dnsLabel(namespace, `${field}.namespace`);
  } else if (scope === 'Cluster') {
    if (namespace !== undefined) {
      yield fieldForbidden(`${field}.namespace`, "`parameters.scope` is set to 'Cluster'");
    }
  } else yield fieldNotSupported(`${field}.scope`, scope, ['Cluster', 'Namespace']);
}
