import { defineCommand, type Invocation } from '../cli/command.ts';
import { CliError, isStatusReason, throwGathered } from '../cli/errors.ts';
import { bool, int } from '../cli/flags.ts';
import { describeObject } from '../describe/describers.ts';
import { choose, getObject, listAll, type Info } from '../resources/select.ts';
import type { Unstructured } from '../resources/unstructured.ts';
import { selectionFlags } from './selection-flags.ts';

const { filename, recursive, selector } = selectionFlags;
const describeFlags = {
  'all-namespaces': selectionFlags['all-namespaces'],
  'chunk-size': int('Return large lists in chunks rather than all at once.', 500),
  filename,
  recursive,
  selector,
  'show-events': {
    ...bool(
      'If true, display events related to the described object. Defaults to true for a single object, false for multiple objects and prefix matching.',
    ),
    initial: undefined as boolean | undefined,
  },
};
type DescribeInvocation = Invocation<typeof describeFlags>;

export const describe = defineCommand({
  name: 'describe',
  summary: 'Show details of a specific resource or group of resources',
  usage: '(-f FILENAME | TYPE [NAME_PREFIX | -l label] | TYPE/NAME)',
  examples: `# Describe a pod, its containers and its events
wherry describe pod web
# All pods of an application
wherry describe pods -l app=web`,
  flags: describeFlags,
  run: async (invocation) => {
    const { flags, session, args } = invocation;
    if (args.length === 0 && flags.filename.length === 0) {
      throw new CliError(
        'You must specify the type of resource to describe. Use "wherry api-resources" for a complete list of supported resources.',
      );
    }
    const { found, errors, byPrefix } = await findSubjects(invocation);
    const showEvents = flags['show-events'] ?? (found.length + errors.length === 1 && !byPrefix);
    if (found.length === 0 && errors.length === 0) {
      const where = flags['all-namespaces'] ? '' : ` in ${await session.namespace()} namespace`;
      invocation.err(`No resources found${where}.\n`);
    }
    let printed = 0;
    for (const { info, object } of found) {
      const subject = { session, resource: info.resource, object, now: invocation.io.now() };
      try {
        invocation.out((printed++ === 0 ? '' : '\n\n') + (await describeObject(subject, showEvents)));
      } catch (error) {
        errors.push(error);
      }
    }
    throwGathered(errors);
  },
});

interface Found {
  readonly info: Info;
  readonly object: Unstructured;
}

interface Subjects {
  readonly found: Found[];
  readonly errors: unknown[];
  /** Found by the beginnings of their names. */
  readonly byPrefix: boolean;
}

async function findSubjects(invocation: DescribeInvocation): Promise<Subjects> {
  const { flags, session, io, args } = invocation;
  const chosen = await choose(session, io, {
    args,
    filenames: flags.filename,
    recursive: flags.recursive,
    selector: flags.selector,
    allNamespaces: flags['all-namespaces'],
    all: args.length === 1 && !args[0]?.includes('/'),
    verb: 'describe',
  });
  const found: Found[] = [];
  const errors: unknown[] = [];
  if (chosen.kind === 'lists') {
    for (const resource of chosen.resources) {
      const namespace = resource.namespaced ? chosen.namespace : undefined;
      for (const object of await listAll(session, resource, { namespace, selector: flags.selector })) {
        found.push({ info: infoOf(resource, object), object });
      }
    }
    return { found, errors, byPrefix: false };
  }
  let byPrefix = false;
  for (const info of chosen.infos) {
    try {
      found.push({ info, object: await getObject(session, info) });
    } catch (error) {
      const matches = isStatusReason(error, 'NotFound') && !info.source ? await beginningWith(invocation, info) : [];
      byPrefix ||= matches.length > 0;
      if (matches.length === 0) errors.push(error);
      found.push(...matches);
    }
  }
  return { found, errors, byPrefix };
}

/** A name that nothing has may be the beginning of names. */
async function beginningWith({ session }: DescribeInvocation, info: Info): Promise<Found[]> {
  const all = await listAll(session, info.resource, { namespace: info.namespace });
  return all
    .filter((object) => object.metadata.name?.startsWith(info.name))
    .map((object) => ({ info: infoOf(info.resource, object), object }));
}

function infoOf(resource: Info['resource'], { metadata }: Unstructured): Info {
  return { resource, namespace: metadata.namespace, name: metadata.name ?? '', source: '' };
}
