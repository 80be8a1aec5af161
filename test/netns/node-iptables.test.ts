import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as r from '@wherry/node-iptables';
import { afterRestore, diff, Iptables, type RuleSet } from '@wherry/node-iptables';

/** Needs root, iptables (both backends) and network namespaces; touches only a namespace of its own. */
const ours = { names: ['KUBE-SERVICES', 'KUBE-POSTROUTING', 'KUBE-FORWARD'], prefixes: ['KUBE-SVC-', 'KUBE-SEP-'] };

/** Every kind of rule the builders make, so that none is rewritten by iptables-save in a way we do not see through. */
const everything: RuleSet = {
  nat: {
    chains: [
      {
        name: 'KUBE-SERVICES',
        rules: [
          r.rule(
            r.comment('ns/web:http cluster IP'),
            r.protocol('tcp'),
            r.destination('10.96.0.5'),
            r.destinationPort('tcp', 80),
            r.jump('KUBE-SVC-A'),
          ),
          r.rule(
            r.comment('quotes " and \\ and -j'),
            r.not(r.source('10.244.0.0/16')),
            r.protocol('udp'),
            r.destinationPort('udp', 53),
            r.jump('KUBE-SVC-A'),
          ),
          r.rule(
            r.comment('last'),
            r.destinationType('LOCAL'),
            r.not(r.destination('127.0.0.0/8')),
            r.jump('KUBE-SVC-A'),
          ),
          r.rule(r.sourceType('LOCAL'), r.inInterface('lo'), r.setMarkBits(0x4000)),
        ],
      },
      {
        name: 'KUBE-SVC-A',
        rules: [
          r.rule(r.comment('x'), r.recentlySeen('KUBE-SEP-1', 10_800), r.jump('KUBE-SEP-1')),
          ...[7, 3, 2].map((n) => r.rule(r.comment('y'), r.randomly(1 / n), r.jump('KUBE-SEP-1'))),
          r.rule(r.comment('x'.repeat(300)), r.jump('KUBE-SEP-1')),
        ],
      },
      {
        name: 'KUBE-SEP-1',
        rules: [r.rule(r.comment('z'), r.remember('KUBE-SEP-1'), r.protocol('tcp'), r.dnat('10.244.0.9:8080'))],
      },
      {
        name: 'KUBE-POSTROUTING',
        rules: [
          r.rule(r.not(r.markIs(0x4000)), r.returns()),
          r.rule(r.flipMarkBits(0x4000)),
          r.rule(r.comment('SNAT'), r.masquerade()),
        ],
      },
    ],
    jumps: [
      { chain: 'PREROUTING', place: 'first', rule: r.rule(r.comment('service portals'), r.jump('KUBE-SERVICES')) },
      { chain: 'OUTPUT', place: 'first', rule: r.rule(r.comment('service portals'), r.jump('KUBE-SERVICES')) },
      { chain: 'POSTROUTING', place: 'last', rule: r.rule(r.comment('postrouting'), r.jump('KUBE-POSTROUTING')) },
    ],
  },
  filter: {
    chains: [
      {
        name: 'KUBE-FORWARD',
        rules: [
          r.rule(r.conntrackState('INVALID'), r.drop()),
          r.rule(r.markIs(0x4000), r.accept()),
          r.rule(r.not(r.conntrackState('RELATED', 'ESTABLISHED', 'DNAT')), r.outInterface('eth0'), r.reject()),
        ],
      },
    ],
    jumps: [{ chain: 'FORWARD', place: 'first', rule: r.rule(r.conntrackState('NEW'), r.jump('KUBE-FORWARD')) }],
  },
};

const foreign = `*nat
:DOCKER - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE
-A DOCKER -i docker0 -j RETURN
COMMIT
*filter
:FORWARD DROP [0:0]
:MY-CHAIN - [0:0]
-A FORWARD -j MY-CHAIN
-A MY-CHAIN -p tcp -m tcp --dport 22 -m comment --comment "ssh \\"ok\\"" -j ACCEPT
COMMIT
`;

describe.each(['nft', 'legacy'] as const)('real iptables with the %s backend', (kind) => {
  const netns = `nipt-${process.pid}-${kind}`;
  const prefix = ['ip', 'netns', 'exec', netns];
  let iptables: Iptables;

  const inNetns = (command: readonly string[], input = ''): string =>
    execFileSync('ip', ['netns', 'exec', netns, ...command], {
      input,
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  const rulesNow = (): string =>
    ['nat', 'filter']
      .map((table) => inNetns([`iptables-${kind}-save`, '-t', table]))
      .join('')
      .replace(/^#.*\n/gm, '')
      .replace(/\[\d+:\d+\]/g, '[0:0]');

  beforeAll(async () => {
    execFileSync('ip', ['netns', 'add', netns]);
    inNetns([`iptables-${kind}-restore`], foreign);
    iptables = await Iptables.open({ prefix });
  });
  afterAll(() => {
    execFileSync('ip', ['netns', 'del', netns]);
  });

  it('finds the backend in use', () => {
    expect(iptables.backend.kind).toBe(kind);
  });

  it('recognises every rule it wrote in what iptables-save prints', async () => {
    await iptables.restore(diff(everything, await iptables.save(), ours).input);
    const observed = await iptables.save();
    expect(observed.get('nat')?.get('KUBE-SVC-A')?.rules).toHaveLength(5);
    expect(diff(everything, observed, ours).input).toBe('');
  });

  it('remembers after a restore the same as iptables-save shows', async () => {
    const before = await iptables.save();
    const fewer: RuleSet = { ...everything, filter: { chains: [], jumps: [] } };
    await iptables.restore(diff(fewer, before, ours).input);
    const remembered = afterRestore(fewer, before, ours);
    expect(diff(everything, remembered, ours).input).toBe(diff(everything, await iptables.save(), ours).input);
    await iptables.restore(diff(everything, remembered, ours).input);
    expect(diff(everything, await iptables.save(), ours).input).toBe('');
  });

  it('notices a chain emptied and an entry deleted by somebody else', async () => {
    inNetns([`iptables-${kind}`, '-t', 'nat', '-F', 'KUBE-SVC-A']);
    inNetns([`iptables-${kind}`, '-t', 'nat', '-F', 'OUTPUT']);
    const difference = diff(everything, await iptables.save(), ours);
    expect(difference).toMatchObject({ tables: ['nat'], chainsWritten: 1, jumpsAdded: 1, jumpsDeleted: 0 });
    await iptables.restore(difference.input);
    expect(diff(everything, await iptables.save(), ours).input).toBe('');
  });

  it('changes nothing when a line is refused, and names the line', async () => {
    const before = rulesNow();
    const input = '*nat\n:KUBE-SVC-B - [0:0]\n-A KUBE-SVC-B -p tcp -m tcp --dport 99999 -j RETURN\nCOMMIT\n';
    await expect(iptables.restore(input)).rejects.toMatchObject({
      code: 'refused',
      text: '-A KUBE-SVC-B -p tcp -m tcp --dport 99999 -j RETURN',
    });
    expect(rulesNow()).toBe(before);
  });

  it('takes all of it away again and leaves the rest as it was', async () => {
    inNetns([`iptables-${kind}`, '-t', 'nat', '-I', 'PREROUTING', '1', '-s', '9.9.9.9', '-j', 'RETURN']);
    await iptables.restore(diff({}, await iptables.save(), ours).input);
    inNetns([`iptables-${kind}`, '-t', 'nat', '-D', 'PREROUTING', '1']);
    const after = rulesNow();
    expect(after).not.toContain('KUBE-');
    inNetns([`iptables-${kind}-restore`], foreign);
    expect(after).toBe(rulesNow());
  });
});
