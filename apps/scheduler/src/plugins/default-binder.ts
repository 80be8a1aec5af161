import type { Plugin } from '../framework/plugin.ts';
import type { PodInfo } from '../framework/pod-info.ts';

export type Bind = (info: PodInfo, nodeName: string, signal: AbortSignal) => Promise<void>;

/** Writes pods/binding. */
export function defaultBinder(bind: Bind): Plugin {
  return {
    name: 'DefaultBinder',
    async bind(info, nodeName, signal) {
      await bind(info, nodeName, signal);
      return true;
    },
  };
}
