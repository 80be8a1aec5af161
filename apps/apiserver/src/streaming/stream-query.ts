import { badRequest } from '@wherry/apimachinery';
import type { CommandStreams } from './translate-command.ts';

/** What the options of exec and attach ask for; booleans are read as upstream reads them. */
export function commandStreams(query: URLSearchParams): CommandStreams {
  const isOn = (name: string) => ['true', '1'].includes(query.get(name) ?? '');
  return { stdin: isOn('stdin'), stdout: isOn('stdout'), stderr: isOn('stderr'), tty: isOn('tty') };
}

/** The kubelet's own names for what is streamed. Throws 400 when nothing would be. */
export function kubeletCommandQuery(verb: 'exec' | 'attach', query: URLSearchParams): URLSearchParams {
  const { stdin, stdout, stderr, tty } = commandStreams(query);
  if (!stdin && !stdout && !stderr) throw badRequest('you must specify at least one of stdin, stdout, stderr');
  const result = new URLSearchParams();
  if (stdin) result.set('input', '1');
  if (stdout) result.set('output', '1');
  if (stderr) result.set('error', '1');
  if (tty) result.set('tty', '1');
  if (verb === 'exec') {
    const command = query.getAll('command');
    if (command.length === 0) throw badRequest('you must specify a command for exec');
    for (const part of command) result.append('command', part);
  }
  return result;
}

/** The ports that the protocol over WebSocket names in the query. Throws 400. */
export function portForwardQuery(query: URLSearchParams): URLSearchParams {
  const result = new URLSearchParams();
  const ports = [...query.getAll('ports'), ...query.getAll('port')].flatMap((text) => text.split(','));
  for (const port of ports) {
    if (!/^-?\d{1,10}$/.test(port))
      throw badRequest(
        `unable to parse ${JSON.stringify(port)} as a port: strconv.ParseUint: parsing ${JSON.stringify(port)}: invalid syntax`,
      );
  }
  if (ports.length > 0) result.set('port', ports.join(','));
  return result;
}
