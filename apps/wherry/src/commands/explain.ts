import { defineCommand } from '../cli/command.ts';
import { CliError, SaidError } from '../cli/errors.ts';
import { bool, string } from '../cli/flags.ts';
import { findKind, type OpenApiDocument } from '../explain/openapi.ts';
import { UnknownField, renderExplanation } from '../explain/render.ts';
import { apiVersionOf, findByWord, type ApiResource } from '../resources/mapping.ts';

export const explain = defineCommand({
  name: 'explain',
  summary: 'Get documentation for a resource',
  usage: 'TYPE [--recursive=FALSE|TRUE] [--api-version=api-version-group]',
  examples: `# The fields of a pod
wherry explain pods
# One field
wherry explain pods.spec.containers
# All fields below a field
wherry explain deployment.spec --recursive`,
  flags: {
    'api-version': string('Use given api-version (group/version) of the resource.'),
    output: string('Format in which to render the schema. Only plaintext.', 'plaintext', { short: 'o' }),
    recursive: bool(
      'When true, print the name of all the fields recursively. Otherwise, print the available fields with their description.',
    ),
  },
  run: async ({ flags, args, session, out }) => {
    const [word] = args;
    if (word === undefined) {
      throw new CliError(
        'You must specify the type of resource to explain. Use "wherry api-resources" for a complete list of supported resources.',
      );
    }
    if (args.length > 1) throw new CliError('We accept only this format: explain RESOURCE');
    if (flags.output !== 'plaintext') throw new CliError(`unrecognized format: ${flags.output}`);
    const { resource, path } = readSubject(await session.resources(), word);
    const chosen = withVersion(await session.resources(), resource, flags['api-version']);
    const index = await session.request<{ paths: Record<string, { serverRelativeURL: string } | undefined> }>({
      method: 'GET',
      path: '/openapi/v3',
    });
    const at = index.paths[chosen.group ? `apis/${apiVersionOf(chosen)}` : `api/${chosen.version}`];
    if (!at) throw new CliError(`couldn't find resource for "${apiVersionOf(chosen)}, Resource=${chosen.plural}"`);
    const document = await session.request<OpenApiDocument>({ method: 'GET', path: at.serverRelativeURL });
    const { group, version, kind } = chosen;
    const root = findKind(document, group, version, kind);
    if (!root) throw new CliError(`couldn't find resource for "${apiVersionOf(chosen)}, Kind=${kind}"`);
    try {
      out(renderExplanation({ document, group, version, kind, root, path }, flags.recursive));
    } catch (error) {
      if (!(error instanceof UnknownField)) throw error;
      out(error.header);
      throw new CliError(error.message);
    }
  },
});

/** `deployments.apps.spec` names a resource with its group, and then fields: the longest resource wins. */
function readSubject(resources: readonly ApiResource[], word: string): { resource: ApiResource; path: string[] } {
  const parts = word.split('.').filter((part) => part !== '');
  for (let length = parts.length; length > 0; length--) {
    const name = parts.slice(0, length).join('.');
    const resource = findByWord(resources, name);
    // What only begins like a group is a field: pods.spec.
    if (resource && (length === 1 || name.endsWith(`.${resource.group}`)))
      return { resource, path: parts.slice(length) };
  }
  throw new SaidError(`the server doesn't have a resource type ${JSON.stringify(parts[0] ?? word)}`);
}

function withVersion(resources: readonly ApiResource[], resource: ApiResource, apiVersion: string): ApiResource {
  if (!apiVersion) return resource;
  const found = resources.find((r) => r.plural === resource.plural && apiVersionOf(r) === apiVersion);
  if (!found) throw new CliError(`couldn't find resource for "${apiVersion}, Resource=${resource.plural}"`);
  return found;
}
