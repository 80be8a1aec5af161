import { defineCommand } from '../cli/command.ts';
import { CliError } from '../cli/errors.ts';
import { bool, string } from '../cli/flags.ts';
import { toJson } from '../printing/json.ts';
import { toYaml } from '../printing/yaml.ts';

/** The version of the API that this client was written to. */
const clientVersion = { major: '1', minor: '36', gitVersion: 'v1.36.0' };

export const version = defineCommand({
  name: 'version',
  summary: 'Print the client and server version information',
  usage: '[--client]',
  flags: {
    client: bool('If true, shows client version only (no server required).'),
    output: string("One of 'yaml' or 'json'.", '', { short: 'o' }),
  },
  run: async (invocation) => {
    const { flags, session, out } = invocation;
    if (!['', 'yaml', 'json'].includes(flags.output)) throw new CliError("--output must be 'yaml' or 'json'");
    let serverVersion: { gitVersion: string } | undefined;
    let failure: unknown;
    if (!flags.client) {
      try {
        serverVersion = await session.request<{ gitVersion: string }>({ method: 'GET', path: '/version' });
      } catch (error) {
        failure = error;
      }
    }
    const all = {
      clientVersion: {
        ...clientVersion,
        nodeVersion: process.version,
        platform: `${process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`,
      },
      ...(serverVersion ? { serverVersion } : {}),
    };
    if (flags.output === 'json') out(JSON.stringify(JSON.parse(toJson(all)), null, 2) + '\n');
    else if (flags.output === 'yaml') out(toYaml(all));
    else {
      out(`Client Version: ${clientVersion.gitVersion}\n`);
      if (serverVersion) out(`Server Version: ${serverVersion.gitVersion}\n`);
    }
    if (failure) throw failure;
  },
});
