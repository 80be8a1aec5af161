import { defineCommand } from '../../cli/command.ts';
import { CliError, throwGathered } from '../../cli/errors.ts';
import { applyChange, objectsToSet, setFlags } from './changes.ts';
import { podSpecOf, type SetContainer } from './pod-spec.ts';

export const setImage = defineCommand({
  name: 'image',
  summary: 'Update the image of a pod template',
  usage: '(-f FILENAME | TYPE NAME) CONTAINER_NAME_1=CONTAINER_IMAGE_1 ... CONTAINER_NAME_N=CONTAINER_IMAGE_N',
  examples: `# Give one container another image
wherry set image deployment/web nginx=nginx:1.29
# All containers of all deployments
wherry set image deployments --all *=nginx:1.29`,
  flags: setFlags,
  run: async (invocation) => {
    const { args } = invocation;
    const subjects = args.filter((word) => !word.includes('='));
    const images = args.filter((word) => word.includes('=')).map(readImage);
    if (subjects.length === 0 && invocation.flags.filename.length === 0) {
      throw new CliError(`You must provide one or more resources by argument or filename.
Example resource specifications include:
   '-f rsrc.yaml'
   '--filename=rsrc.json'
   '<resource> <name>'
   '<resource>'`);
    }
    if (images.length === 0) throw new CliError('at least one image update is required');
    if (images.length > 1 && images.some(({ container }) => container === '*')) {
      throw new CliError(
        'all containers are already specified by *, but saw more than one container_name=container_image pairs',
      );
    }
    await applyChange(invocation, await objectsToSet(invocation, subjects), {
      what: 'image update to pod template',
      done: 'image updated',
      mutate: (object) => {
        const spec = podSpecOf(object);
        const missing: unknown[] = [];
        for (const { container, image } of images) {
          const hits = [...(spec.initContainers ?? []), ...(spec.containers ?? [])].filter(named(container));
          for (const hit of hits) hit.image = image;
          if (hits.length === 0)
            missing.push(new CliError(`unable to find container named ${JSON.stringify(container)}`));
        }
        throwGathered(missing);
      },
    });
  },
});

function readImage(word: string): { container: string; image: string } {
  const equals = word.indexOf('=');
  return { container: word.slice(0, equals), image: word.slice(equals + 1) };
}

function named(name: string): (container: SetContainer) => boolean {
  return (container) => name === '*' || container.name === name;
}
