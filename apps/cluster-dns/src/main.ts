import { runDaemon } from '@wherry/daemon';
import { dnsFlags } from './flags.ts';
import { runDns } from './shell/run-dns.ts';

runDaemon({
  name: 'cluster-dns',
  description: "Answers with the names of the cluster's Services, and asks others for the rest.",
  flags: dnsFlags,
  stopTimeoutMs: 70_000,
  run: runDns,
});
