import { isNotFound, type KubeList, type KubeObject } from '@wherry/apimachinery';
import type { Resource } from '@wherry/api';
import type { RestClient } from '@wherry/client';
import type { Discovered, Live } from './controller.ts';
import { discover } from './discover.ts';
import { resourceName } from './resource-name.ts';

/** Reads the apiserver itself. What it discovers goes into `known`, by the name that plans use. */
export function liveReader(client: RestClient, known: Map<string, Resource>): Live {
  return {
    async get<T extends KubeObject>(resource: Resource<T>, namespace: string | undefined, name: string) {
      try {
        return await client.resource(resource).get(name, { namespace });
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw error;
      }
    },
    list<T extends KubeObject>(resource: Resource<T>, namespace: string): Promise<KubeList<T>> {
      return client.resource(resource).list({ namespace });
    },
    ask<T extends KubeObject>(resource: Resource<T>, question: T): Promise<T> {
      return client.resource(resource).create(question);
    },
    async discover(): Promise<Discovered> {
      const discovered = await discover(client);
      for (const { resource } of discovered.resources) known.set(resourceName(resource), resource);
      return discovered;
    },
  };
}
