import type { ConfigMap, Container, Pod, Secret } from '@wherry/api';
import { expand } from './expand.ts';
import { fieldValue, resourceValue, type FieldContext } from './field-ref.ts';

/** The objects that a container's environment refers to; undefined for one that does not exist. */
export interface EnvObjects {
  configMap(name: string): ConfigMap | undefined;
  secret(name: string): Secret | undefined;
}

/** The environment cannot be made: shown as CreateContainerConfigError with this message. */
export class EnvError extends Error {}

/** Names of the objects a container's environment needs. */
export function envReferences(container: Container): { configMaps: Set<string>; secrets: Set<string> } {
  const configMaps = new Set<string>();
  const secrets = new Set<string>();
  for (const { configMapRef, secretRef } of container.envFrom ?? []) {
    if (configMapRef?.name) configMaps.add(configMapRef.name);
    if (secretRef?.name) secrets.add(secretRef.name);
  }
  for (const { valueFrom } of container.env ?? []) {
    if (valueFrom?.configMapKeyRef?.name) configMaps.add(valueFrom.configMapKeyRef.name);
    if (valueFrom?.secretKeyRef?.name) secrets.add(valueFrom.secretKeyRef.name);
  }
  return { configMaps, secrets };
}

/**
 * The container's environment. envFrom first, then env in order, each able to use $(NAME) of those before and of
 * services; services' own variables come in where nothing else has the name. Throws EnvError.
 */
export function containerEnv(
  pod: Pod,
  container: Container,
  objects: EnvObjects,
  services: ReadonlyMap<string, string>,
  context: FieldContext,
): Map<string, string> {
  const env = new Map<string, string>();
  for (const from of container.envFrom ?? []) {
    for (const [key, value] of fromObject(pod, from, objects)) env.set(`${from.prefix ?? ''}${key}`, value);
  }
  const known = new Map([...services, ...env]);
  for (const variable of container.env ?? []) {
    const value = variable.valueFrom
      ? valueFrom(pod, container, variable, objects, context)
      : expand(variable.value ?? '', known);
    if (value === undefined) continue;
    env.set(variable.name, value);
    known.set(variable.name, value);
  }
  return new Map([...services, ...env]);
}

type From = NonNullable<Container['envFrom']>[number];
type Variable = NonNullable<Container['env']>[number];

function fromObject(pod: Pod, from: From, objects: EnvObjects): [string, string][] {
  if (from.configMapRef) {
    const { name = '', optional } = from.configMapRef;
    const found = objects.configMap(name);
    if (found === undefined && !optional) throw new EnvError(`configmap "${name}" not found`);
    return Object.entries(found?.data ?? {});
  }
  if (from.secretRef) {
    const { name = '', optional } = from.secretRef;
    const found = objects.secret(name);
    if (found === undefined && !optional) throw new EnvError(`secret "${name}" not found`);
    return Object.entries(found?.data ?? {}).map(([key, value]) => [key, decode(value)]);
  }
  return [];
}

function valueFrom(
  pod: Pod,
  container: Container,
  { valueFrom: source }: Variable,
  objects: EnvObjects,
  context: FieldContext,
): string | undefined {
  if (source?.fieldRef) return fieldValue(pod, source.fieldRef.fieldPath, context);
  if (source?.resourceFieldRef) {
    const { containerName } = source.resourceFieldRef;
    const all = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
    const target = containerName ? all.find((candidate) => candidate.name === containerName) : container;
    if (target === undefined) throw new EnvError(`container ${containerName} not found`);
    return resourceValue(target, source.resourceFieldRef, context);
  }
  if (source?.configMapKeyRef) {
    const { name = '', key, optional } = source.configMapKeyRef;
    const found = objects.configMap(name);
    if (found === undefined && !optional) throw new EnvError(`configmap "${name}" not found`);
    const value = found?.data?.[key];
    if (value === undefined && !optional) throw new EnvError(missingKey(key, 'ConfigMap', pod, name));
    return value;
  }
  if (source?.secretKeyRef) {
    const { name = '', key, optional } = source.secretKeyRef;
    const found = objects.secret(name);
    if (found === undefined && !optional) throw new EnvError(`secret "${name}" not found`);
    const value = found?.data?.[key];
    if (value === undefined && !optional) throw new EnvError(missingKey(key, 'Secret', pod, name));
    return value === undefined ? undefined : decode(value);
  }
  return undefined;
}

function missingKey(key: string, kind: string, pod: Pod, name: string): string {
  return `couldn't find key ${key} in ${kind} ${pod.metadata.namespace}/${name}`;
}

function decode(base64: string): string {
  return Buffer.from(base64, 'base64').toString();
}
