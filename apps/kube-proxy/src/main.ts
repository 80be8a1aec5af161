#!/usr/bin/env node
import { runDaemon } from '@wherry/daemon';
import { proxyFlags } from './flags.ts';
import { cleanUp } from './shell/cleanup.ts';
import { runProxy } from './shell/run-proxy.ts';

runDaemon({
  name: 'kube-proxy',
  description: "Keeps this node's iptables rules so that Services reach their pods.",
  flags: proxyFlags,
  async run(context) {
    if (!context.flags.cleanup) return runProxy(context);
    context.log.info({ chains: await cleanUp() }, 'removed all chains of kube-proxy');
    process.exit(0);
  },
});
