#!/usr/bin/env node
import { runDaemon } from '@wherry/daemon';
import { apiserverFlags } from './flags.ts';
import { runApiserver } from './run.ts';

runDaemon({ name: 'apiserver', description: 'Serves the Kubernetes API.', flags: apiserverFlags, run: runApiserver });
