import { runDaemon } from '@wherry/daemon';
import { flags } from './options.ts';
import { run } from './run.ts';

runDaemon({ name: 'kube-scheduler', description: 'Binds pods to nodes.', flags, run });
