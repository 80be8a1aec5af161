import { createRequire, Module } from 'node:module';
import type { fastify as Fastify } from 'fastify';

/**
 * fastify, without the 47 modules of semver that it checks its plugins' versions with (13 ms of the start and 2 MB):
 * the apiserver has no plugins. Should it ever get one, that check says so.
 */
export function loadFastify(): typeof Fastify {
  const require = createRequire(import.meta.url);
  const semver = createRequire(require.resolve('fastify')).resolve('semver');
  const refusal = new Module(semver);
  const refuse = (): never => {
    throw new Error('the apiserver takes no fastify plugins: semver is left out');
  };
  refusal.exports = { gt: refuse, coerce: refuse, satisfies: refuse };
  refusal.loaded = true;
  require.cache[semver] ??= refusal;
  return (require('fastify') as { fastify: typeof Fastify }).fastify;
}
