import { formatLabelSelector, type LabelSelector } from '@wherry/apimachinery';
import type { PodTemplateSpec } from '../core/pod.ts';
import type { Column } from '../resource.ts';

/** The wide columns that Deployment and ReplicaSet share. */
export function workloadColumns<
  T extends { spec: { selector: LabelSelector; template?: PodTemplateSpec | undefined } },
>(): Column<T>[] {
  return [
    {
      name: 'Containers',
      type: 'string',
      description: 'Names of each container in the template.',
      priority: 1,
      cell: (object) => containers(object.spec.template, 'name'),
    },
    {
      name: 'Images',
      type: 'string',
      description: 'Images referenced by each container in the template.',
      priority: 1,
      cell: (object) => containers(object.spec.template, 'image'),
    },
    {
      name: 'Selector',
      type: 'string',
      description: 'Which pods belong to it.',
      priority: 1,
      cell: (object) => formatLabelSelector(object.spec.selector),
    },
  ];
}

/** The names or the images of the containers of a template, joined. */
export function containers(template: PodTemplateSpec | undefined, field: 'name' | 'image'): string {
  return (template?.spec.containers ?? []).map((container) => container[field] ?? '').join(',');
}
