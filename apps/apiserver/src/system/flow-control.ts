import { flowSchemas, priorityLevelConfigurations, type FlowSchema, type Resource } from '@wherry/api';
import { applyDefaults } from '@wherry/api/defaults';
import { clone, deepEqual, isNotFound, type KubeObject } from '@wherry/apimachinery';
import { AUTO_UPDATE, defaultFlowSchemas, defaultPriorityLevels } from '../flow-control/default-configuration.ts';
import { timeOf } from '../registry/object-meta.ts';
import { findServed, serverUser, type Registry } from '../registry/registry.ts';
import { updateObject } from '../registry/update.ts';
import { createMissing } from './create-missing.ts';

/** Nobody can change these away: without them a cluster might lock its administrators out. */
const mandatory = new Set(['exempt', 'catch-all']);

/** Makes the default levels and schemas, keeps them as they are meant unless told not to, and says which schemas dangle. */
export async function ensureFlowControl(registry: Registry, now: Date): Promise<void> {
  await ensureAll(registry, priorityLevelConfigurations, defaultPriorityLevels(), now);
  await ensureAll(registry, flowSchemas, defaultFlowSchemas(), now);
  await registry.hub.sync();
  await tellDangling(registry, now);
}

async function ensureAll<T extends KubeObject & { spec?: unknown }>(
  registry: Registry,
  resource: Resource<T>,
  wanted: readonly T[],
  now: Date,
): Promise<void> {
  const served = findServed(registry, resource.group, resource.version, resource.plural);
  if (served === undefined) return;
  const ensure = async (object: T): Promise<void> => {
    const found = served.cache.get(object.metadata.name)?.object as T | undefined;
    if (found === undefined) return createMissing(registry, resource, object, now);
    applyDefaults(resource as Resource, object);
    const own = mandatory.has(object.metadata.name) || found.metadata.annotations?.[AUTO_UPDATE] === 'true';
    if (!own || deepEqual(found.spec, object.spec)) return;
    const options = { user: serverUser, now, dryRun: false, subresource: '' };
    await updateUnlessGone(() =>
      updateObject(registry, served, object.metadata.name, object.metadata.name, options, (old) => {
        return { ...clone(old), spec: object.spec } as KubeObject;
      }),
    );
  };
  await Promise.all(wanted.map(ensure));
}

/** The condition by which a FlowSchema says whether its priority level exists. */
async function tellDangling(registry: Registry, now: Date): Promise<void> {
  const schemas = findServed(registry, flowSchemas.group, flowSchemas.version, flowSchemas.plural);
  const { group, version, plural } = priorityLevelConfigurations;
  const levels = findServed(registry, group, version, plural);
  if (schemas === undefined || levels === undefined) return;
  for (const { object } of schemas.cache.list()) {
    const schema = object as FlowSchema;
    const { name } = schema.spec.priorityLevelConfiguration;
    const exists = levels.cache.get(name) !== undefined;
    const status = exists ? 'False' : 'True';
    const before = schema.status?.conditions?.find(({ type }) => type === 'Dangling');
    if (before?.status === status) continue;
    const what = `This FlowSchema references the PriorityLevelConfiguration object named ${JSON.stringify(name)}`;
    const condition = {
      type: 'Dangling',
      status,
      lastTransitionTime: timeOf(now),
      reason: exists ? 'Found' : 'NotFound',
      message: exists ? `${what} and it exists` : `${what} but there is no such object`,
    };
    const options = { user: serverUser, now, dryRun: false, subresource: 'status' };
    await updateUnlessGone(() =>
      updateObject(registry, schemas, schema.metadata.name, schema.metadata.name, options, (old) => {
        const next = clone(old) as FlowSchema;
        const others = (next.status?.conditions ?? []).filter(({ type }) => type !== 'Dangling');
        next.status = { conditions: [...others, condition] };
        return next;
      }),
    );
  }
}

async function updateUnlessGone(update: () => Promise<unknown>): Promise<void> {
  try {
    await update();
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
