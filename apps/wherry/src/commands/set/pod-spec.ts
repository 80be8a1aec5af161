import { field, type Unstructured } from '../../resources/unstructured.ts';
import { NotOfThisKind } from './changes.ts';

export interface SetContainer {
  name: string;
  image?: string;
  env?: { name: string; value?: string; valueFrom?: unknown }[];
  resources?: { limits?: Record<string, string>; requests?: Record<string, string> };
}

export interface SetPodSpec {
  containers?: SetContainer[];
  initContainers?: SetContainer[];
  serviceAccountName?: string;
  serviceAccount?: string;
}

/** Where an object keeps its pod's spec: a Pod itself, a template, a cron job's template of a template. */
export function podSpecOf(object: Unstructured): SetPodSpec {
  const spec =
    object.kind === 'Pod'
      ? object['spec']
      : (field(object, 'spec', 'jobTemplate', 'spec', 'template', 'spec') ?? field(object, 'spec', 'template', 'spec'));
  if (typeof spec !== 'object' || spec === null) {
    throw new NotOfThisKind(`the object is not a pod or does not have a pod template: *v1.${object.kind}`);
  }
  return spec as SetPodSpec;
}

/** The containers whose names match a pattern, in which `*` stands for anything. */
export function matchingContainers(containers: readonly SetContainer[], pattern: string): SetContainer[] {
  const expression = new RegExp(
    `^${pattern
      .split('*')
      .map((part) => part.replaceAll(/[\\^$.+?()[\]{}|]/g, String.raw`\$&`))
      .join('.*')}$`,
  );
  return containers.filter(({ name }) => expression.test(name));
}
