import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Packet, walk } from './packet-walk.ts';
import { planner, type ServiceView } from './rule-set.ts';
import { defaultConfig, service, slice } from './scenarios.ts';

/** What rules are for, said once more without rules: an oracle for any cluster and any packet. */
const own = ['192.168.1.1', '127.0.0.1', '10.244.0.1'];
const pods = ['10.244.0.5', '10.244.0.6', '10.244.1.7'];

const endpoint = fc.record({
  ip: fc.constantFrom(...pods),
  node: fc.constantFrom('node1', 'node2'),
  ready: fc.boolean(),
  serving: fc.boolean(),
  terminating: fc.boolean(),
});
const shape = fc.record({
  protocol: fc.constantFrom('TCP', 'UDP'),
  nodePort: fc.boolean(),
  internalTrafficPolicy: fc.constantFrom('Cluster', 'Local'),
  externalTrafficPolicy: fc.constantFrom('Cluster', 'Local'),
  sessionAffinity: fc.constantFrom('None', 'ClientIP'),
  endpoints: fc.uniqueArray(endpoint, { maxLength: 3, selector: ({ ip }) => ip }),
});
type Shape = typeof shape extends fc.Arbitrary<infer T> ? T : never;

function view(of: Shape, index: number): ServiceView {
  const { protocol, nodePort, endpoints, ...policies } = of;
  const port = { name: 'p', port: 80, protocol, ...(nodePort ? { nodePort: 30_000 + index } : {}) };
  const type = nodePort ? 'NodePort' : 'ClusterIP';
  const made = service(`s${index}`, { type, clusterIP: `10.96.1.${index}`, ports: [port], ...policies });
  return { service: made, slices: [slice(made, [['p', 8080, protocol]], endpoints)] };
}

function usable(endpoints: Shape['endpoints']): Shape['endpoints'] {
  const ready = endpoints.filter((one) => one.ready);
  return ready.length > 0 ? ready : endpoints.filter((one) => one.serving && one.terminating);
}

it('sends every packet where its Service says, masqueraded where the answer would else miss this node', () => {
  const source = fc.constantFrom(...pods, '203.0.113.9', '192.168.1.1');
  const cases = fc.record({
    shapes: fc.array(shape, { minLength: 1, maxLength: 4 }),
    pick: fc.nat(),
    source,
    byNodePort: fc.boolean(),
    seed: fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 3, maxLength: 3 }),
  });
  fc.assert(
    fc.property(cases, ({ shapes, pick, source: from, byNodePort, seed }) => {
      const index = pick % shapes.length;
      const target = shapes[index] as Shape;
      fc.pre(target.nodePort || !byNodePort);
      const fromHost = own.includes(from);
      const packet: Packet = {
        source: from,
        destination: byNodePort ? '192.168.1.1' : `10.96.1.${index}`,
        protocol: target.protocol.toLowerCase(),
        port: byNodePort ? 30_000 + index : 80,
        fromHost,
      };
      let at = 0;
      const rules = planner(defaultConfig)(shapes.map(view)).rules;
      const fate = walk(rules, packet, own, () => seed[at++ % seed.length] ?? 0);

      const outside = !fromHost && !pods.includes(from);
      const local = byNodePort
        ? target.externalTrafficPolicy === 'Local' && outside
        : target.internalTrafficPolicy === 'Local';
      const all = usable(target.endpoints);
      const allowed = local ? usable(target.endpoints.filter(({ node }) => node === 'node1')) : all;
      if (allowed.length === 0) {
        expect(fate.sentTo).toBeUndefined();
        expect(fate.verdict).toBe(all.length === 0 ? 'REJECT' : 'DROP');
        return;
      }
      expect(allowed.map(({ ip }) => `${ip}:8080`)).toContain(fate.sentTo);
      const toItself = fate.sentTo === `${from}:8080`;
      const kept = byNodePort ? target.externalTrafficPolicy === 'Local' && !fromHost : pods.includes(from);
      expect(fate.masqueraded).toBe(toItself || !kept);
    }),
    { numRuns: 500 },
  );
});
