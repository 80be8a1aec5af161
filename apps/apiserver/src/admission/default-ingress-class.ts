import { ingressClasses, ingresses, type Ingress } from '@wherry/api';
import type { AdmissionPlugin } from './chain.ts';
import { isAbout, objectsOf, youngest } from './find.ts';

const LEGACY = 'kubernetes.io/ingress.class';
const MARK = 'ingressclass.kubernetes.io/is-default-class';

/** An Ingress that names no class gets the default one, if there is one. */
export const defaultIngressClass: AdmissionPlugin = {
  name: 'DefaultIngressClass',
  concerns: ['networking.k8s.io/ingresses'],
  mutate(request, registry) {
    if (request.operation !== 'CREATE' || !isAbout(request, ingresses)) return;
    const { metadata, spec } = request.object as Ingress;
    if (spec.ingressClassName !== undefined || metadata.annotations?.[LEGACY] !== undefined) return;
    const marked = objectsOf(registry, ingressClasses).filter((one) => one.metadata.annotations?.[MARK] === 'true');
    const found = youngest(marked);
    if (found !== undefined) spec.ingressClassName = found.metadata.name;
  },
};
