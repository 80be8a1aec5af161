import {
  deepEqual,
  fieldForbidden,
  fieldInvalid,
  fieldRequired,
  fieldTooLong,
  isDns1123Label,
  isLabelValue,
  isQualifiedName,
  type FieldError,
  type ObjectMeta,
  type OwnerReference,
} from '@wherry/apimachinery';

/** Upstream's messages for a name, none when it is right. */
export type NameCheck = (name: string) => string[];

const maxAnnotationBytes = 256 * 1024;

export function validateMetadata(meta: ObjectMeta, namespaced: boolean, checkName: NameCheck): FieldError[] {
  const errors: FieldError[] = [];
  if (meta.generateName) {
    for (const message of checkName(asPrefix(meta.generateName))) {
      errors.push(fieldInvalid('metadata.generateName', meta.generateName, message));
    }
  }
  if (!meta.name) errors.push(fieldRequired('metadata.name', 'name or generateName is required'));
  else for (const message of checkName(meta.name)) errors.push(fieldInvalid('metadata.name', meta.name, message));
  if (namespaced) {
    if (!meta.namespace) errors.push(fieldRequired('metadata.namespace'));
    else {
      for (const message of isDns1123Label(meta.namespace)) {
        errors.push(fieldInvalid('metadata.namespace', meta.namespace, message));
      }
    }
  } else if (meta.namespace) {
    errors.push(fieldForbidden('metadata.namespace', 'not allowed on this type'));
  }
  return [...errors, ...validateMutable(meta)];
}

export function validateMetadataUpdate(meta: ObjectMeta, old: ObjectMeta): FieldError[] {
  const errors: FieldError[] = [];
  if (old.deletionTimestamp !== undefined) {
    const added = (meta.finalizers ?? []).filter((finalizer) => !old.finalizers?.includes(finalizer));
    if (added.length > 0) {
      const detail = `no new finalizers can be added if the object is being deleted, found new finalizers ${goStrings(added)}`;
      errors.push(fieldForbidden('metadata.finalizers', detail));
    }
  }
  for (const field of ['name', 'namespace', 'uid', 'creationTimestamp', 'deletionTimestamp'] as const) {
    errors.push(...validateImmutable(meta[field], old[field], `metadata.${field}`));
  }
  errors.push(
    ...validateImmutable(
      meta.deletionGracePeriodSeconds,
      old.deletionGracePeriodSeconds,
      'metadata.deletionGracePeriodSeconds',
    ),
  );
  return [...errors, ...validateMutable(meta)];
}

export function validateImmutable(value: unknown, old: unknown, field: string): FieldError[] {
  return deepEqual(value, old) ? [] : [fieldInvalid(field, value, 'field is immutable')];
}

export function validateLabels(labels: Readonly<Record<string, string>> | undefined, field: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [key, value] of Object.entries(labels ?? {})) {
    for (const message of isQualifiedName(key)) errors.push(fieldInvalid(field, key, message));
    for (const message of isLabelValue(value)) errors.push(fieldInvalid(field, value, message));
  }
  return errors;
}

export function validateAnnotations(
  annotations: Readonly<Record<string, string>> | undefined,
  field: string,
): FieldError[] {
  const errors: FieldError[] = [];
  let bytes = 0;
  for (const [key, value] of Object.entries(annotations ?? {})) {
    for (const message of isQualifiedName(key.toLowerCase())) errors.push(fieldInvalid(field, key, message));
    bytes += byteLength(key) + byteLength(value);
  }
  if (bytes > maxAnnotationBytes) errors.push(fieldTooLong(field, maxAnnotationBytes));
  return errors;
}

export function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

function validateMutable(meta: ObjectMeta): FieldError[] {
  return [
    ...validateLabels(meta.labels, 'metadata.labels'),
    ...validateAnnotations(meta.annotations, 'metadata.annotations'),
    ...validateOwnerReferences(meta.ownerReferences ?? []),
    ...validateFinalizers(meta.finalizers ?? []),
  ];
}

function validateOwnerReferences(references: readonly OwnerReference[]): FieldError[] {
  const errors: FieldError[] = [];
  const field = 'metadata.ownerReferences';
  let controller: OwnerReference | undefined;
  for (const [index, reference] of references.entries()) {
    const at = `${field}[${index}]`;
    if (!isApiVersion(reference.apiVersion)) {
      errors.push(fieldInvalid(`${at}.apiVersion`, reference.apiVersion, 'version must not be empty'));
    }
    if (reference.kind === '') errors.push(fieldInvalid(`${at}.kind`, '', 'must not be empty'));
    if (reference.name === '') errors.push(fieldInvalid(`${at}.name`, '', 'must not be empty'));
    if (reference.uid === '') errors.push(fieldInvalid(`${at}.uid`, '', 'must not be empty'));
    if (reference.apiVersion === 'v1' && reference.kind === 'Event') {
      errors.push(fieldInvalid(at, reference, '/v1, Kind=Event is disallowed from being an owner'));
    }
    if (reference.controller !== true) continue;
    if (controller !== undefined) {
      const detail = `Only one reference can have Controller set to true. Found "true" in references for ${controller.name} and ${reference.name}`;
      errors.push(fieldInvalid(field, references, detail));
    }
    controller = reference;
  }
  return errors;
}

function isApiVersion(text: string): boolean {
  const parts = text.split('/');
  return parts.length <= 2 && (parts.at(-1) ?? '') !== '';
}

function validateFinalizers(finalizers: readonly string[]): FieldError[] {
  const errors: FieldError[] = [];
  const field = 'metadata.finalizers';
  for (const [index, name] of finalizers.entries()) {
    const at = `${field}[${index}]`;
    errors.push(...isQualifiedName(name).map((message) => fieldInvalid(field, name, message)));
    if (!name.includes('/') && !['orphan', 'foregroundDeletion', 'kubernetes'].includes(name)) {
      errors.push(fieldInvalid(at, name, 'name is neither a standard finalizer name nor is it fully qualified'));
    }
  }
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    const detail = 'finalizer orphan and finalizer foregroundDeletion cannot be both set';
    errors.push(fieldInvalid(field, finalizers, detail));
  }
  return errors;
}

/** `x-` is checked as the name it may become. */
function asPrefix(name: string): string {
  return name.length > 1 && name.endsWith('-') ? `${name.slice(0, -1)}a` : name;
}

function goStrings(list: readonly string[]): string {
  return `[]string{${list.map((item) => JSON.stringify(item)).join(', ')}}`;
}
