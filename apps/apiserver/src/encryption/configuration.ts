import {
  fieldInvalid,
  fieldRequired,
  formatFieldErrors,
  isMap,
  omittedValue,
  type FieldError,
  type JsonMap,
} from '@wherry/apimachinery';
import { parseDocument } from 'yaml';
import { checkResources, parseGroupResource, type GroupResource } from './group-resources.ts';

export interface Key {
  name: string;
  secret: Buffer;
}

export type Provider = { type: 'identity' } | { type: 'aesgcm' | 'aescbc'; keys: Key[] };

/** Of some resources: the first provider writes, all of them read. */
export interface ResourceConfiguration {
  resources: GroupResource[];
  providers: Provider[];
}

const apiVersions: readonly unknown[] = ['apiserver.config.k8s.io/v1', 'v1'];
const aesKeyBytes = [16, 24, 32];
const providerTypes = ['kms', 'aesgcm', 'aescbc', 'secretbox', 'identity'];
const MAX_ALIASES = 100;

/**
 * An EncryptionConfiguration (apiserver.config.k8s.io/v1), in YAML or JSON.
 * @throws {Error} of one line, in upstream's words where upstream has them. It never holds a secret.
 */
export function parseEncryptionConfiguration(text: string): ResourceConfiguration[] {
  const document = parseYaml(text);
  if (!isMap(document)) throw new Error('it is not an EncryptionConfiguration');
  const { kind, apiVersion, resources } = document;
  if (kind !== 'EncryptionConfiguration' || !apiVersions.includes(apiVersion)) {
    const seen = `kind ${JSON.stringify(kind ?? '')}, version ${JSON.stringify(apiVersion ?? '')}`;
    throw new Error(`expected kind "EncryptionConfiguration", version "apiserver.config.k8s.io/v1", not ${seen}`);
  }
  const errors: FieldError[] = [];
  checkFields(document, ['kind', 'apiVersion', 'metadata', 'resources'], '', errors);
  const entries = listOf(resources, 'resources', errors);
  if (entries.length === 0) errors.push(fieldRequired('resources', 'at least one resources is required'));
  const parsed = entries.map((entry, i) => parseEntry(entry, `resources[${i}]`, errors));
  if (errors.length > 0) throw new Error(formatFieldErrors(errors).replaceAll('\n', ' '));
  return parsed;
}

function parseYaml(text: string): unknown {
  if (text.trim() === '') throw new Error('it is empty');
  // Its errors quote the line they are about, which may hold a key.
  const document = parseDocument(text, { prettyErrors: false, logLevel: 'silent' });
  const problem = document.errors[0];
  if (problem) throw new Error(`it is not YAML: ${problem.code} at character ${problem.pos[0]}`);
  return document.toJS({ maxAliasCount: MAX_ALIASES }) as unknown;
}

function parseEntry(entry: unknown, path: string, errors: FieldError[]): ResourceConfiguration {
  const map = mapOf(entry, path, errors);
  checkFields(map, ['resources', 'providers'], `${path}.`, errors);
  const names: string[] = [];
  for (const [i, name] of listOf(map['resources'], `${path}.resources`, errors).entries()) {
    if (typeof name === 'string') names.push(name);
    else errors.push(fieldInvalid(`${path}.resources[${i}]`, omittedValue, 'must be a string'));
  }
  const providers = listOf(map['providers'], `${path}.providers`, errors);
  for (const [field, list] of [
    ['resources', names],
    ['providers', providers],
  ] as const) {
    if (list.length === 0) {
      errors.push(fieldRequired(`${path}.${field}`, `at least one ${path}.${field} is required`));
    }
  }
  errors.push(...checkResources(names, `${path}.resources`));
  return {
    resources: names.map(parseGroupResource),
    providers: providers.map((provider, i) => parseProvider(provider, `${path}.providers[${i}]`, errors)),
  };
}

function parseProvider(provider: unknown, path: string, errors: FieldError[]): Provider {
  const map = mapOf(provider, path, errors);
  checkFields(map, providerTypes, `${path}.`, errors);
  const given = providerTypes.filter((type) => Object.hasOwn(map, type) && map[type] !== null);
  const [type] = given;
  if (given.length > 1) {
    const detail = 'more than one provider specified in a single element, should split into different list elements';
    errors.push(fieldInvalid(path, omittedValue, detail));
  } else if (type === undefined) {
    const detail = 'provider does not contain any of the expected providers: AESGCM, AESCBC, Identity';
    errors.push(fieldInvalid(path, omittedValue, detail));
  } else if (type === 'kms' || type === 'secretbox') {
    const detail = 'this provider is not supported, use one of aesgcm, aescbc, identity';
    errors.push(fieldInvalid(`${path}.${type}`, omittedValue, detail));
  } else if (type === 'aesgcm' || type === 'aescbc') {
    const settings = mapOf(map[type], `${path}.${type}`, errors);
    checkFields(settings, ['keys'], `${path}.${type}.`, errors);
    return { type, keys: parseKeys(settings['keys'], `${path}.${type}.keys`, errors) };
  } else {
    checkFields(mapOf(map[type], `${path}.${type}`, errors), [], `${path}.${type}.`, errors);
  }
  return { type: 'identity' };
}

function parseKeys(given: unknown, path: string, errors: FieldError[]): Key[] {
  const keys = listOf(given, path, errors);
  if (keys.length === 0) errors.push(fieldRequired(path, 'at least one keys is required'));
  return keys.map((key, i) => parseKey(key, `${path}[${i}]`, errors));
}

function parseKey(given: unknown, path: string, errors: FieldError[]): Key {
  const map = mapOf(given, path, errors);
  checkFields(map, ['name', 'secret'], `${path}.`, errors);
  const name = typeof map['name'] === 'string' ? map['name'] : '';
  const text = typeof map['secret'] === 'string' ? map['secret'] : '';
  if (name === '') errors.push(fieldRequired(`${path}.name`, 'name is a mandatory field for a key'));
  // A name with a colon could not be told from the data that follows it.
  if (name.includes(':')) errors.push(fieldInvalid(`${path}.name`, name, "must not contain ':'"));
  const secret = Buffer.from(text, 'base64');
  if (text === '') {
    errors.push(fieldRequired(`${path}.secret`, 'secret is a mandatory field for a key'));
  } else if (secret.toString('base64') !== text.trim()) {
    errors.push(fieldInvalid(`${path}.secret`, 'REDACTED', 'secrets must be base64 encoded'));
  } else if (!aesKeyBytes.includes(secret.length)) {
    const detail = `secret is not of the expected length, got ${secret.length}, expected one of [${aesKeyBytes.join(' ')}]`;
    errors.push(fieldInvalid(`${path}.secret`, 'REDACTED', detail));
  }
  return { name, secret };
}

function checkFields(map: JsonMap, known: readonly string[], prefix: string, errors: FieldError[]): void {
  for (const name of Object.keys(map)) {
    if (!known.includes(name)) errors.push(fieldInvalid(`${prefix}${name}`, omittedValue, 'unknown field'));
  }
}

function mapOf(value: unknown, path: string, errors: FieldError[]): JsonMap {
  if (isMap(value)) return value;
  errors.push(fieldInvalid(path, omittedValue, 'must be an object'));
  return {};
}

function listOf(value: unknown, path: string, errors: FieldError[]): unknown[] {
  if (Array.isArray(value)) return value as unknown[];
  if (value !== undefined && value !== null) errors.push(fieldInvalid(path, omittedValue, 'must be a list'));
  return [];
}
