import { describe, it } from 'vitest';
import { kubeRequestCases } from './contract/index.ts';
import { startApi } from './testing/harness.ts';

describe('what an upstream kube-apiserver asks for', () => {
  for (const { name, run } of kubeRequestCases) {
    it(name, async () => {
      const { client } = await startApi();
      await run({ client, prefix: '/registry/' });
    });
  }
});
