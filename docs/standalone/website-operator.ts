import type { KubeObject } from '@wherry/apimachinery';
import { deployments, getCondition, type CustomResourceDefinition, type Deployment } from '@wherry/api';
import { customResource, Informer, keyOf, runWorkers, WorkQueue, type RestClient } from '@wherry/client';

export interface Website extends KubeObject {
  spec: { image: string; replicas: number };
  status?: { ready?: number; message?: string };
}

const group = 'example.com';
export const websites = customResource<Website>({ group, version: 'v1', kind: 'Website', plural: 'websites' });

export const definition: CustomResourceDefinition = {
  metadata: { name: `websites.${group}` },
  spec: {
    group,
    scope: 'Namespaced',
    names: { kind: 'Website', plural: 'websites', singular: 'website', listKind: 'WebsiteList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                required: ['image'],
                properties: {
                  image: { type: 'string' },
                  replicas: { type: 'integer', minimum: 0, default: 1 },
                },
              },
              status: {
                type: 'object',
                properties: { ready: { type: 'integer' }, message: { type: 'string' } },
              },
            },
          },
        },
      },
    ],
  },
};

/** Makes a Deployment of the same name for each Website, and reports in its status how that fares. */
export async function runOperator(client: RestClient, signal: AbortSignal): Promise<void> {
  const sites = new Informer(client, websites);
  const owned = new Informer(client, deployments, { labelSelector: `${group}/website` });
  const queue = new WorkQueue();
  for (const informer of [sites, owned]) {
    const wake = (object: KubeObject): void => queue.add(keyOf(object));
    informer.addHandler({ onAdd: wake, onUpdate: (_, object) => wake(object), onDelete: wake });
  }

  const reconcile = async (key: string): Promise<void> => {
    const site = sites.store.get(key);
    if (site === undefined) return; // The garbage collector takes its Deployment along.
    const { name, namespace } = site.metadata;
    const wanted = deploymentOf(site);
    const found = owned.store.get(key);
    if (found === undefined) await client.resource(deployments).create(wanted, { signal });
    else if (differs(found, wanted)) {
      await client.resource(deployments).patch(name, { spec: wanted.spec }, { type: 'strategic', namespace, signal });
    }
    const progressing = getCondition(found?.status?.conditions, 'Progressing');
    const status = {
      ready: found?.status?.readyReplicas ?? 0,
      message: progressing?.status === 'False' ? (progressing.message ?? '') : '',
    };
    if (site.status?.ready === status.ready && site.status.message === status.message) return;
    await client
      .resource(websites)
      .patch(name, { status }, { type: 'merge', subresource: 'status', namespace, signal });
  };

  const work = async (): Promise<void> => {
    await Promise.all([sites.waitForSync(signal), owned.waitForSync(signal)]);
    await runWorkers(queue, 2, reconcile, signal, (key, error) => console.warn(`${key}: ${String(error)}`));
  };
  await Promise.all([sites.run(signal), owned.run(signal), work()]);
}

function deploymentOf(site: Website): Deployment {
  const { name, namespace, uid = '' } = site.metadata;
  const labels = { [`${group}/website`]: name };
  const owner = { apiVersion: `${group}/v1`, kind: 'Website', name, uid, controller: true };
  return {
    metadata: { name, namespace, labels, ownerReferences: [owner] },
    spec: {
      replicas: site.spec.replicas,
      progressDeadlineSeconds: 2,
      selector: { matchLabels: labels },
      template: {
        metadata: { name: '', labels },
        spec: { containers: [{ name: 'site', image: site.spec.image }] },
      },
    },
  };
}

function differs(found: Deployment, wanted: Deployment): boolean {
  const image = (of: Deployment): string | undefined => of.spec.template.spec?.containers[0]?.image;
  return found.spec.replicas !== wanted.spec.replicas || image(found) !== image(wanted);
}
