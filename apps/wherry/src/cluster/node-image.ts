import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import type Docker from 'dockerode';

const run = promisify(execFile);
/** Where Node stands in every image. */
const NODE = '/usr/local/bin/node';

export interface NodeImage {
  /** `repository:tag` */
  name: string;
  /** Says what is in it: an image of that name with the same content is not made again. */
  content: string;
  /** A file of ours, and where it stands in the image. */
  script: { source: string; target: string };
  /** Names of the host's programs to take along. */
  programs: readonly string[];
  /** Further lines of a Dockerfile. */
  changes: readonly string[];
}

/** Builds an image from this Node, its libraries and some of the host's programs: no registry is asked. */
export async function ensureNodeImage(docker: Docker, image: NodeImage): Promise<string> {
  const { name, content, script } = image;
  const existing = await docker.listImages({ filters: { label: [`io.wherry.content=${content}`] } });
  if (existing.some(({ RepoTags }) => RepoTags?.includes(name))) return name;

  const programs = await Promise.all(
    image.programs.map(async (program) => (await run('sh', ['-c', `command -v ${program} || true`])).stdout.trim()),
  );
  const files = [process.execPath, ...programs.filter((path) => path.startsWith('/'))];
  const libraries = new Set((await Promise.all(files.map(librariesOf))).flat());
  const renames = [`s,^${process.execPath}$,${NODE},`, `s,^${script.source}$,${script.target},`, 's,^/,,'];
  const flags = ['--create', '--dereference', '--absolute-names', '--owner=0', '--group=0'];
  const contents = [script.source, ...files, ...libraries];
  const tar = spawn('tar', [...flags, ...renames.map((rename) => `--transform=${rename}`), ...contents], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const changes = [
    'ENV PATH=/usr/local/bin:/usr/bin:/bin',
    ...image.changes,
    `ENTRYPOINT ["node", "${script.target}"]`,
    `LABEL io.wherry=true io.wherry.content=${content}`,
  ];
  const [repo, tag] = name.split(':') as [string, string];
  const answer = await docker.importImage(tar.stdout, { repo, tag, changes });
  await new Promise((resolve, reject) => {
    docker.modem.followProgress(answer, (error, lines) => (error ? reject(error) : resolve(lines)));
  });
  return name;
}

async function librariesOf(program: string): Promise<string[]> {
  const { stdout } = await run('sh', ['-c', `ldd "$0" || true`, program]);
  return [...stdout.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map((match) => match[1]!);
}
