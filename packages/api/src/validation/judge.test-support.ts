import { clone, decode, formatFieldError, type KubeObject } from '@wherry/apimachinery';
import { expect } from 'vitest';
import { applyDefaults } from '../defaults/index.ts';
import type { Resource } from '../resource.ts';
import { validateCreate, validateUpdate } from './index.ts';

/** For the tests of the rules: what the API would say to this object. */
export function made(resource: Resource, json: object): KubeObject {
  const { object, errors, strict } = decode<KubeObject>(resource.schema, clone(json));
  expect([...errors, ...strict]).toEqual([]);
  applyDefaults(resource, object);
  return object;
}

export const creating = (resource: Resource, json: object): string[] =>
  validateCreate(resource, made(resource, json)).map(formatFieldError);
export const updating = (resource: Resource, from: object, to: object): string[] =>
  validateUpdate(resource, made(resource, to), made(resource, from)).map(formatFieldError);

export const metadata = { name: 'x', namespace: 'default' };
export const container = { name: 'a', image: 'i:1' };
export const podWith = (more: object): object => ({ metadata, spec: { containers: [container], ...more } });
export const podOf = (more: object): object => ({ metadata, spec: { containers: [{ ...container, ...more }] } });
export const label = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-'";
