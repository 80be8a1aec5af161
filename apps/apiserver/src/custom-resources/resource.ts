import {
  apiVersionOf,
  type CustomResourceDefinition,
  type CustomResourceDefinitionVersion,
  type Resource,
} from '@wherry/api';
import { decode, type KubeObject } from '@wherry/apimachinery';
import { columnsOf } from './columns.ts';
import { parsePath } from './json-path.ts';
import { rulesOf } from './rules.ts';
import { schemaOfKind } from './structural-schema.ts';

/** One version of a custom resource as it is served, made of its definition. */
export function resourceOf(definition: CustomResourceDefinition, version: CustomResourceDefinitionVersion): Resource {
  const { spec } = definition;
  const names = definition.status?.acceptedNames ?? spec.names;
  const props = version.schema?.openAPIV3Schema;
  const hasStatus = version.subresources?.status !== undefined;
  const id = [...spec.group.split('.').toReversed(), version.name, names.kind].join('.');
  const schema = schemaOfKind(id, spec.preserveUnknownFields ? undefined : props);
  return {
    group: spec.group,
    version: version.name,
    kind: names.kind,
    listKind: names.listKind,
    plural: names.plural,
    singular: names.singular ?? '',
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    namespaced: spec.scope === 'Namespaced',
    schema,
    subresources: [...(hasStatus ? ['status'] : []), ...(version.subresources?.scale ? ['scale'] : [])],
    columns: columnsOf(version.additionalPrinterColumns),
    selectableFields: Object.fromEntries(
      (version.selectableFields ?? []).map(({ jsonPath }) => [jsonPath.replace(/^\./, ''), fieldReader(jsonPath)]),
    ),
    rules: rulesOf(props),
    custom: true,
    definition: version.schema?.openAPIV3Schema,
    deprecation: deprecationOf(definition, version),
  };
}

function fieldReader(path: string): (object: KubeObject) => string {
  const read = parsePath(path);
  return (object) => {
    const [value] = read(object);
    return value === undefined || value === null ? '' : String(value as string | number | boolean);
  };
}

function deprecationOf(
  { spec }: CustomResourceDefinition,
  version: CustomResourceDefinitionVersion,
): string | undefined {
  if (version.deprecated !== true) return undefined;
  return version.deprecationWarning ?? `${spec.group}/${version.name} ${spec.names.kind} is deprecated`;
}

/** An object as this version shows it: pruned by its schema, under its apiVersion. The argument is not changed. */
export function asVersion(resource: Resource, object: KubeObject): KubeObject {
  const pruned = decode<KubeObject>(resource.schema as never, object).object;
  return { ...pruned, apiVersion: apiVersionOf(resource) };
}
