import { clusterRoleBindings, clusterRoles, pods, serviceAccounts, type Pod, type PolicyRule } from '@wherry/api';
import { RestClient } from '@wherry/client';
import { startTestApiserver, type TestApiserver } from '../fixture/cluster-fixture.ts';
import { quantile, table } from './report.ts';

const ROLES = 200;
const RULES_PER_ROLE = 10;
const ROUNDS = 15;
const REQUESTS = 200;
const AT_ONCE = 8;
const USER = 'bench';
const namespace = 'default';

/** All that runs by default, by upstream's names. */
const plugins = [
  'NamespaceLifecycle',
  'LimitRanger',
  'ServiceAccount',
  'NodeRestriction',
  'TaintNodesByCondition',
  'PodSecurity',
  'Priority',
  'DefaultTolerationSeconds',
  'DefaultStorageClass',
  'StorageObjectInUseProtection',
  'PersistentVolumeClaimResize',
  'RuntimeClass',
  'DefaultIngressClass',
  'ResourceQuota',
];

/**
 * What authorisation and admission add to a request: CPU time against the same server without them. Client and server
 * are in this process, and what they have in common falls out of the difference.
 */
export async function accessControl(): Promise<string> {
  const open = await startTestApiserver({ authorizationMode: ['AlwaysAllow'], disableAdmissionPlugins: plugins });
  const guarded = await startTestApiserver({ disableAdmissionPlugins: [] });
  const servers = [open, guarded];
  for (const server of servers) {
    await server.client.resource(serviceAccounts).create({ metadata: { name: 'default', namespace } });
    await manyRules(server);
  }
  const clients = await Promise.all(servers.map(async (server) => new RestClient(await server.configFor(USER))));
  const created = await compare(clients, (client, n) => client.resource(pods).create(pod(n)));
  const read = await compare(clients, (client, n) => client.resource(pods).get(`p-${n}`, { namespace }));
  for (const client of clients) client.close();
  for (const server of servers) await server.close();
  const row = (name: string, [without = 0, withAll = 0]: number[]) => [
    name,
    show(without),
    show(withAll),
    show(withAll - without),
    'under 0.15 ms',
  ];
  return table(
    [`CPU per request, ${ROLES * RULES_PER_ROLE} rules of the user`, 'open to all', 'guarded', 'difference', 'aim'],
    [row('create a pod', created), row('get a pod', read)],
  );
}

async function manyRules({ client }: TestApiserver): Promise<void> {
  for (let role = 0; role < ROLES; role++) {
    const rules = Array.from({ length: RULES_PER_ROLE }, (_, index): PolicyRule => {
      const last = role === ROLES - 1 && index === RULES_PER_ROLE - 1;
      if (last) return { verbs: ['get', 'create'], apiGroups: [''], resources: ['pods'] };
      return { verbs: ['get', 'list'], apiGroups: [''], resources: ['pods'], resourceNames: [`n-${role}-${index}`] };
    });
    const name = `bench-${role}`;
    await client.resource(clusterRoles).create({ metadata: { name }, rules });
    await client.resource(clusterRoleBindings).create({
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: USER }],
    });
  }
}

/** The median of the rounds for each client, in milliseconds; they take turns, so that what else happens hits both. */
async function compare(
  clients: readonly RestClient[],
  request: (client: RestClient, n: number) => Promise<unknown>,
): Promise<number[]> {
  const samples = clients.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, client] of clients.entries()) {
      const before = process.cpuUsage();
      let next = 0;
      const worker = async (): Promise<void> => {
        while (next < REQUESTS) await request(client, round * REQUESTS + next++);
      };
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
      const { user, system } = process.cpuUsage(before);
      samples[index]!.push((user + system) / 1_000 / REQUESTS);
    }
  }
  return samples.map((times) => quantile(times, 0.5));
}

function pod(n: number): Pod {
  return {
    metadata: { name: `p-${n}`, namespace, labels: { app: 'bench' } },
    spec: { containers: [{ name: 'c', image: 'web', resources: { requests: { cpu: '100m', memory: '64Mi' } } }] },
  };
}

function show(milliseconds: number): string {
  return `${milliseconds.toFixed(3)} ms`;
}
