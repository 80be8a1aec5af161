/** The group resource, as plans name it: `pods`, `replicasets.apps`. */
export function resourceName(resource: { readonly group: string; readonly plural: string }): string {
  return resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`;
}
