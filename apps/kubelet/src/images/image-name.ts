const domain = '(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?(?::[0-9]+)?/)?';
const path = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const reference = new RegExp(
  `^${domain}${path}(?:/${path})*(?::[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?(?:@sha256:[a-f0-9]{64})?$`,
);

/** Whether Docker would take this as the name of an image. */
export function isImageName(name: string): boolean {
  return name.length > 0 && name.length <= 4096 && reference.test(name);
}

/** The policy when the pod names none: Always for :latest or no tag, else IfNotPresent. */
export function pullPolicyOf(policy: string | undefined, image: string): string {
  if (policy !== undefined && policy !== '') return policy;
  const last = image.slice(image.lastIndexOf('/') + 1);
  return !last.includes('@') && (!last.includes(':') || last.endsWith(':latest')) ? 'Always' : 'IfNotPresent';
}

/** A name without tag or digest means :latest; left out, a pull would fetch every tag. */
export function withTag(image: string): string {
  const last = image.slice(image.lastIndexOf('/') + 1);
  return last.includes(':') || last.includes('@') ? image : `${image}:latest`;
}
