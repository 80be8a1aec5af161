import type { CustomResourceDefinition, ResourceRules } from '@wherry/api';
import type { FieldError, KubeObject } from '@wherry/apimachinery';

/** Judging a schema takes the engines that run it, so this is loaded with the first definition. */
let judge: typeof import('./definition/validate.ts') | undefined;

export async function loadDefinitionRules(): Promise<void> {
  judge ??= await import('./definition/validate.ts');
}

/** Defaults and validation of CustomResourceDefinition itself. `loadDefinitionRules` comes first. */
export const definitionRules: ResourceRules = {
  applyDefaults(object: KubeObject): void {
    const { spec } = object as CustomResourceDefinition;
    const { names } = spec;
    names.singular ||= names.kind === '' ? undefined : names.kind.toLowerCase();
    names.listKind ||= names.kind === '' ? undefined : `${names.kind}List`;
    spec.conversion ??= { strategy: 'None' };
    const service = spec.conversion.webhook?.clientConfig?.service;
    if (service) service.port ??= 443;
    // false is how it is anyway, and upstream does not write it.
    if (spec.preserveUnknownFields === false) delete spec.preserveUnknownFields;
  },
  validateCreate: (object) => loaded().validateDefinition(object as CustomResourceDefinition),
  validateUpdate: (object, old) =>
    loaded().validateDefinitionUpdate(object as CustomResourceDefinition, old as CustomResourceDefinition),
  validateStatusUpdate: (object): FieldError[] => loaded().validateDefinitionStatus(object as CustomResourceDefinition),
};

function loaded() {
  if (judge === undefined) throw new Error('the rules of CustomResourceDefinitions are not loaded');
  return judge;
}
