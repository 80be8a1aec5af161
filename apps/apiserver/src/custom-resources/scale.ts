import type { CustomResourceSubresourceScale, Scale } from '@wherry/api';
import { isMap, setOwn, statusError, type JsonMap, type KubeObject } from '@wherry/apimachinery';
import type { SubresourceHandlers } from '../registry/served.ts';
import { scaleHandlers } from '../verbs/scale.ts';
import { readSimple, simplePath } from './json-path.ts';

interface Paths {
  spec: readonly string[];
  status: readonly string[];
  selector: readonly string[] | undefined;
}

/** /scale of a custom resource: autoscaling/v1 Scale over the paths of its definition. */
export function customScale(scale: CustomResourceSubresourceScale | undefined): SubresourceHandlers {
  if (scale === undefined) return {};
  const paths: Paths = {
    spec: simplePath(scale.specReplicasPath),
    status: simplePath(scale.statusReplicasPath),
    selector: scale.labelSelectorPath ? simplePath(scale.labelSelectorPath) : undefined,
  };
  return {
    scale: scaleHandlers({
      path: paths.spec,
      scaleOf: (object) => scaleOf(object, paths),
      setReplicas: (object, replicas) => writeSimple(object as unknown as JsonMap, paths.spec, replicas),
    }),
  };
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
function scaleOf(object: KubeObject, paths: Paths): Scale {
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
