import { readFileSync } from 'node:fs';
import { pods } from '@wherry/api';
import { inClusterConfig, RestClient } from '@wherry/client';

/** Run in a pod: lists the pods of its namespace by what the pod was given, and prints their names, or the refusal. */
const config = inClusterConfig();
if (config === undefined) throw new Error('not in a pod');
const namespace = readFileSync('/var/run/secrets/kubernetes.io/serviceaccount/namespace', 'utf8');
await using client = new RestClient(config);
try {
  const { items } = await client.resource(pods).list({ namespace });
  process.stdout.write(`${items.map(({ metadata }) => metadata.name).join(' ')}\n`);
} catch (error) {
  process.stdout.write(`${(error as Error).message}\n`);
}
