#!/usr/bin/env node
import { runDaemon } from '@wherry/daemon';
import { flags } from './options.ts';
import { runKubelet } from './run-kubelet.ts';

runDaemon({
  name: 'kubelet',
  description: 'Runs the pods that are bound to this node, through Docker.',
  flags,
  run: runKubelet,
});
