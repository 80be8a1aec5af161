import { describe, expect, it } from 'vitest';
import { parseFlows, staleFlows, type UdpTarget } from './udp-flows.ts';

const printed = `udp      17 29 src=10.244.0.9 dst=10.96.0.10 sport=40001 dport=53 src=10.244.0.5 dst=10.244.0.9 sport=53 dport=40001 [ASSURED] mark=0 use=1
udp      17 29 src=10.244.0.9 dst=10.96.0.10 sport=40002 dport=53 src=10.244.0.6 dst=10.244.0.9 sport=53 dport=40002 mark=0 use=1
udp      17 10 src=10.244.0.9 dst=10.96.0.10 sport=40003 dport=53 [UNREPLIED] src=10.96.0.10 dst=10.244.0.9 sport=53 dport=40003 mark=0 use=1
udp      17 29 src=192.168.1.2 dst=192.168.1.1 sport=5 dport=30053 src=10.244.0.6 dst=10.244.0.1 sport=53 dport=61000 mark=0 use=1
udp      17 29 src=10.244.0.9 dst=8.8.8.8 sport=5 dport=30053 src=8.8.8.8 dst=192.168.1.1 sport=30053 dport=5 mark=0 use=1
tcp      6 29 ESTABLISHED src=10.244.0.9 dst=10.96.0.10 sport=5 dport=53 src=10.244.0.6 dst=10.244.0.9 sport=53 dport=5 mark=0 use=1
nonsense
`;

const dns: UdpTarget = { addresses: ['10.96.0.10'], port: 53, nodePort: 30053, endpoints: ['10.244.0.5'] };

describe('parseFlows', () => {
  it('reads the destination and who answers, of UDP alone', () => {
    const flows = parseFlows(printed);
    expect(flows).toHaveLength(5);
    expect(flows[0]).toEqual({ destination: '10.96.0.10', port: 53, answeredBy: '10.244.0.5' });
    expect(flows[2]).toEqual({ destination: '10.96.0.10', port: 53, answeredBy: '10.96.0.10' });
  });
});

describe('staleFlows', () => {
  it('finds flows to removed endpoints and those never translated, and leaves foreign traffic alone', () => {
    expect(staleFlows(parseFlows(printed), [dns], ['192.168.1.1'])).toEqual([
      { destination: '10.96.0.10', port: 53, answeredBy: '10.244.0.6' },
      { destination: '10.96.0.10', port: 53, answeredBy: '10.96.0.10' },
      { destination: '192.168.1.1', port: 30053, answeredBy: '10.244.0.6' },
    ]);
  });

  it('finds nothing when every flow goes where the rules send it', () => {
    const all = { ...dns, endpoints: ['10.244.0.5', '10.244.0.6', '10.96.0.10'] };
    expect(staleFlows(parseFlows(printed), [all], ['192.168.1.1'])).toEqual([]);
    expect(staleFlows(parseFlows(printed), [], ['192.168.1.1'])).toEqual([]);
  });

  it('names flows of one kind once', () => {
    expect(staleFlows(parseFlows(printed + printed), [{ ...dns, nodePort: undefined }], [])).toHaveLength(2);
  });
});
