import type { Event } from '@wherry/api';
import { defineCommand } from '../cli/command.ts';
import { CliError, SaidError } from '../cli/errors.ts';
import { bool, list, string } from '../cli/flags.ts';
import { intervalOf } from '../describe/events.ts';
import { layOut, tableLayout } from '../printing/tab-writer.ts';
import { listOf, makePrinter } from '../printing/printer.ts';
import { UnknownResource, findByWord } from '../resources/mapping.ts';
import { listAll, requireResource } from '../resources/select.ts';
import type { Unstructured } from '../resources/unstructured.ts';

export const events = defineCommand({
  name: 'events',
  summary: 'List events',
  usage: '[(-o|--output=)json|yaml|name] [--for TYPE/NAME] [--types=Normal,Warning]',
  flags: {
    'all-namespaces': bool('List the requested object(s) across all namespaces.', false, { short: 'A' }),
    for: string('Filter events to only those pertaining to the specified resource.'),
    'no-headers': bool("Don't print headers."),
    output: string('Output format.', '', { short: 'o' }),
    types: list('Output only events of given types.'),
  },
  run: async (invocation) => {
    const { flags, session } = invocation;
    const wanted = flags.types.map((t) => t.toLowerCase());
    if (wanted.some((type) => type !== 'normal' && type !== 'warning')) {
      throw new CliError('valid --types are Normal or Warning');
    }
    const resources = await session.resources();
    let fieldSelector = '';
    if (flags.for) {
      const [type = '', name = ''] = flags.for.split('/');
      if (!type || !name) throw new CliError('--for must be in resource/name form');
      const resource = findByWord(resources, type);
      if (!resource) throw new SaidError(new UnknownResource(type).message);
      fieldSelector = `involvedObject.kind=${resource.kind},involvedObject.name=${name}`;
    }
    const namespace = flags['all-namespaces'] ? undefined : await session.namespace();
    const objects = await listAll(session, requireResource(resources, 'events'), { namespace, fieldSelector });
    const found = (objects as unknown as Event[])
      .filter((e) => wanted.length === 0 || wanted.includes((e.type ?? '').toLowerCase()))
      .toSorted((a, b) => (timeOf(a) < timeOf(b) ? -1 : timeOf(a) > timeOf(b) ? 1 : 0));
    if (found.length === 0) {
      invocation.err(namespace === undefined ? 'No events found.\n' : `No events found in ${namespace} namespace.\n`);
      return;
    }
    if (flags.output) {
      const printer = await makePrinter({ output: flags.output });
      invocation.out(printer.print(listOf(found as unknown as Unstructured[])));
      return;
    }
    const now = invocation.io.now();
    const lines = found.map((event) => {
      const { kind = '', name = '' } = event.involvedObject;
      const cells = [intervalOf(event, now), event.type, event.reason, `${kind}/${name}`, (event.message ?? '').trim()];
      return [...(namespace === undefined ? [event.metadata.namespace] : []), ...cells].join('\t');
    });
    if (!flags['no-headers']) {
      lines.unshift(`${namespace === undefined ? 'NAMESPACE\t' : ''}LAST SEEN\tTYPE\tREASON\tOBJECT\tMESSAGE`);
    }
    invocation.out(`${layOut(lines.join('\n'), tableLayout)}\n`);
  },
});

function timeOf(event: Event): string {
  return String(event.series?.lastObservedTime || event.lastTimestamp || event.eventTime || '');
}
