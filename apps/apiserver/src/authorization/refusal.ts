import { forbidden, statusError, type StatusError } from '@wherry/apimachinery';
import type { User } from '../http/context.ts';
import type { Attributes } from './authorizer.ts';

/** The 403 in upstream's words: what was asked, and the reason if an authorizer gave one. */
export function refusal(user: User, attributes: Attributes, reason: string): StatusError {
  const why = reason === '' ? describe(user, attributes) : `${describe(user, attributes)}: ${reason}`;
  if (!attributes.isResource) return statusError(403, 'Forbidden', `forbidden: ${why}`, {});
  return forbidden({ group: attributes.group, resource: attributes.resource }, attributes.name, why);
}

function describe(user: User, attributes: Attributes): string {
  const { verb, path, group, namespace } = attributes;
  const who = `User ${quote(user.name)} cannot ${verb}`;
  if (!attributes.isResource) return escape(`${who} path ${quote(path)}`);
  const { resource, subresource } = attributes;
  const what = subresource === '' ? resource : `${resource}/${subresource}`;
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace ${quote(namespace)}`;
  return escape(`${who} resource ${quote(what)} in API group ${quote(group)} ${where}`);
}

function quote(text: string): string {
  return JSON.stringify(text);
}

/** Names are the client's own text, and some clients show this as HTML. */
function escape(text: string): string {
  if (!/[&<>]/.test(text)) return text;
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
