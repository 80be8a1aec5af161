import type { Column } from '../resource.ts';
import type { DeviceClass } from '../resource/device-class.ts';
import type { ResourceClaimTemplate } from '../resource/resource-claim-template.ts';
import type { DynamicResourceClaim } from '../resource/resource-claim.ts';
import type { ResourceSlice } from '../resource/resource-slice.ts';
import { ageColumn, nameColumn } from './age.ts';
import { column } from './text-column.ts';

export const deviceClassColumns: readonly Column<DeviceClass>[] = [nameColumn, ageColumn];

export const resourceClaimColumns: readonly Column<DynamicResourceClaim>[] = [
  nameColumn,
  column('State', 'Whether it has devices, and is in use.', stateOf),
  ageColumn,
];

export const resourceClaimTemplateColumns: readonly Column<ResourceClaimTemplate>[] = [nameColumn, ageColumn];

export const resourceSliceColumns: readonly Column<ResourceSlice>[] = [
  nameColumn,
  column('Node', 'The node that has the devices.', ({ spec }) => {
    if (spec.nodeName !== undefined) return spec.nodeName;
    if (spec.allNodes === true) return '<any>';
    return spec.nodeSelector === undefined ? '<unset>' : '<selector>';
  }),
  column('Driver', 'Whose devices they are.', ({ spec }) => spec.driver),
  column('Pool', 'The pool they belong to.', ({ spec }) => spec.pool.name),
  ageColumn,
];

function stateOf({ metadata, status }: DynamicResourceClaim): string {
  const states: string[] = [];
  if (metadata.deletionTimestamp !== undefined) states.push('deleted');
  if (status?.allocation !== undefined) states.push('allocated');
  else if (metadata.deletionTimestamp === undefined) states.push('pending');
  if ((status?.reservedFor ?? []).length > 0) states.push('reserved');
  return states.join(',');
}
