import { Scale, type CustomResourceSubresourceScale } from '@wherry/api';
import {
  clone,
  fieldInvalid,
  invalid,
  isMap,
  notFound,
  setOwn,
  statusError,
  type JsonMap,
  type KubeObject,
} from '@wherry/apimachinery';
import { mediaTypeOf, parseBody } from '../http/body.ts';
import { jsonAnswer, type Answer, type RequestContext } from '../http/context.ts';
import { groupResource } from '../registry/object-meta.ts';
import type { Registry } from '../registry/registry.ts';
import { cacheKey, objectOf, type Served, type SubresourceHandlers } from '../registry/served.ts';
import { updateObject } from '../registry/update.ts';
import { APPLY, applyScale } from '../verbs/apply.ts';
import { writeOptions } from '../verbs/create.ts';
import { decodeAs } from '../verbs/decode-object.ts';
import { readPatch } from '../verbs/patch.ts';
import { reach } from '../verbs/resource-version.ts';
import { checkIdentity } from '../verbs/update.ts';
import { readSimple, simplePath } from './json-path.ts';

const scaleKind = { kind: 'Scale', apiVersion: 'autoscaling/v1' };

interface Paths {
  spec: readonly string[];
  status: readonly string[];
  selector: readonly string[] | undefined;
}

/** /scale of a custom resource: autoscaling/v1 Scale over the paths of its definition. */
export function scaleHandlers(scale: CustomResourceSubresourceScale | undefined): SubresourceHandlers {
  if (scale === undefined) return {};
  const paths: Paths = {
    spec: simplePath(scale.specReplicasPath),
    status: simplePath(scale.statusReplicasPath),
    selector: scale.labelSelectorPath ? simplePath(scale.labelSelectorPath) : undefined,
  };
  return {
    scale: {
      get: (context, registry, served) => read(context, registry, served, paths),
      update: async (context, registry, served) => {
        const { value } = await parseBody(context, Scale);
        const sent = decodeAs(context, Scale, scaleKind, value) as Scale;
        return write(context, registry, served, paths, () => sent);
      },
      patch: async (context, registry, served) => {
        if (mediaTypeOf(context) === APPLY) {
          const entry = await applyScale(context, registry, served, paths.spec);
          return jsonAnswer(200, scaleOf(served, objectOf(served, entry), paths));
        }
        const apply = readPatch(context, { ...served, resource: { ...served.resource, schema: Scale } });
        return write(
          context,
          registry,
          served,
          paths,
          (old) => decodeAs(context, Scale, scaleKind, apply(clone(scaleOf(served, old, paths)))) as Scale,
        );
      },
    },
  };
}

async function read(context: RequestContext, registry: Registry, served: Served, paths: Paths): Promise<Answer> {
  await reach(registry.hub, undefined);
  const { name, namespace } = context.info;
  const entry = served.cache.get(cacheKey(served, namespace, name));
  if (entry === undefined) throw notFound(groupResource(served), name);
  return jsonAnswer(200, scaleOf(served, objectOf(served, entry), paths));
}

async function write(
  context: RequestContext,
  registry: Registry,
  served: Served,
  paths: Paths,
  produce: (old: KubeObject) => Scale,
): Promise<Answer> {
  const { name, namespace } = context.info;
  const options = { ...writeOptions(context), subresource: 'scale' };
  const entry = await updateObject(registry, served, cacheKey(served, namespace, name), name, options, (old) => {
    const scale = produce(old);
    checkIdentity(served, scale, name, namespace);
    const replicas = scale.spec?.replicas ?? 0;
    if (replicas < 0) {
      const detail = 'must be greater than or equal to 0';
      throw invalid({ group: 'autoscaling', kind: 'Scale' }, name, [fieldInvalid('spec.replicas', replicas, detail)]);
    }
    const object = clone(old);
    writeSimple(object as unknown as JsonMap, paths.spec, replicas);
    object.metadata.resourceVersion = scale.metadata.resourceVersion;
    object.metadata.uid = scale.metadata.uid || object.metadata.uid;
    return object;
  });
  return jsonAnswer(200, scaleOf(served, objectOf(served, entry), paths));
}

function writeSimple(root: JsonMap, path: readonly string[], value: unknown): void {
  let at = root;
  for (const name of path.slice(0, -1)) {
    const inner = at[name];
    if (!isMap(inner)) setOwn(at, name, {});
    at = at[name] as JsonMap;
  }
  setOwn(at, path.at(-1) ?? '', value);
}

/** Throws 500 when the object has no replicas where the definition says, as upstream. */
function scaleOf(served: Served, object: KubeObject, paths: Paths): Scale {
  const replicas = readSimple(object, paths.spec);
  if (typeof replicas !== 'number') {
    const message = `the spec replicas field ".${paths.spec.join('.')}" does not exist`;
    throw statusError(500, 'InternalError', `Internal error occurred: ${message}`);
  }
  const observed = readSimple(object, paths.status);
  const selector = paths.selector && readSimple(object, paths.selector);
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: replicas === 0 ? {} : { replicas },
    status: {
      replicas: typeof observed === 'number' ? observed : 0,
      ...(typeof selector === 'string' && selector !== '' ? { selector } : {}),
    },
  };
}
