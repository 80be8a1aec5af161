import { nodes, pods, type Node, type Pod } from '@wherry/api';
import { Informer, type RestClient } from '@wherry/client';
import type { Logger } from '@wherry/daemon';
import type { Scheduler } from './scheduler.ts';

export interface SchedulerInformers {
  readonly hasSynced: boolean;
  run(signal: AbortSignal): Promise<void>;
  waitForSync(signal: AbortSignal): Promise<void>;
}

/** Feeds a scheduler with all nodes, and all pods that have not ended. */
export function schedulerInformers(client: RestClient, scheduler: Scheduler, log: Logger): SchedulerInformers {
  const onError = (error: unknown, delayMs: number): void => log.warn({ err: error, delayMs }, 'watch failed');
  const nodeInformer = new Informer(client, nodes, { transform: withoutManagedFields, onError });
  const podInformer = new Informer(client, pods, {
    fieldSelector: 'status.phase!=Succeeded,status.phase!=Failed',
    transform: withoutManagedFields,
    onError,
  });
  nodeInformer.addHandler({
    onAdd: (node) => scheduler.setNode(undefined, node),
    onUpdate: (old, node) => scheduler.setNode(old, node),
    onDelete: (node) => scheduler.removeNode(node),
  });
  podInformer.addHandler({
    onAdd: (pod) => scheduler.setPod(undefined, pod),
    onUpdate: (old, pod) => scheduler.setPod(old, pod),
    onDelete: (pod) => scheduler.removePod(pod),
  });
  return {
    get hasSynced() {
      return nodeInformer.hasSynced && podInformer.hasSynced;
    },
    async run(signal) {
      await Promise.all([nodeInformer.run(signal), podInformer.run(signal)]);
    },
    async waitForSync(signal) {
      await Promise.all([nodeInformer.waitForSync(signal), podInformer.waitForSync(signal)]);
    },
  };
}

function withoutManagedFields<T extends Node | Pod>(object: T): T {
  object.metadata.managedFields = undefined;
  return object;
}
