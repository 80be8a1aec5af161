/** The arrows between rooms (ARCHITECTURE.md). `from` may import what is listed here, and nothing else of ours. */
const ladder = {
  apimachinery: [],
  api: ['apimachinery'],
  client: ['api', 'apimachinery'],
  raft: [],
  store: ['raft'],
  pki: [],
  daemon: [],
  'node-iptables': [],
  streaming: [],
};
const others = (allowed) => `^packages/(?!(${allowed.join('|')})/)`;

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
    {
      name: 'apps-do-not-import-apps',
      severity: 'error',
      from: { path: '^apps/([^/]+)/', pathNot: '^apps/standalone/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    { name: 'packages-do-not-import-apps', severity: 'error', from: { path: '^packages/' }, to: { path: '^apps/' } },
    ...Object.entries(ladder).map(([name, allowed]) => ({
      name: `ladder-${name}`,
      severity: 'error',
      from: { path: `^packages/${name}/` },
      to: { path: others([name, ...allowed]) },
    })),
    {
      name: 'only-the-apiserver-defaults-and-validates',
      comment: "The kubelet's static pods are the one exception.",
      severity: 'error',
      from: { path: '^(apps|packages|test)/', pathNot: '^(apps/apiserver|packages/api)/' },
      to: { path: '^packages/api/src/(defaults|validation)/' },
    },
    {
      name: 'only-the-apiserver-touches-the-store',
      severity: 'error',
      comment: 'standalone, the composition root, opens one and hands it to the apiserver.',
      from: { path: '^apps/', pathNot: '^apps/(apiserver|wherry|standalone)/' },
      to: { path: '^packages/store/' },
    },
    {
      name: 'the-command-line-speaks-to-the-store-from-outside',
      comment: 'wherry etcd: the messages of the etcd v3 API, and backup files; never the store itself.',
      severity: 'error',
      from: { path: '^apps/wherry/' },
      to: { path: '^packages/store/', pathNot: '^packages/store/src/(etcd-proto/|backup\\.ts$)' },
    },
    {
      name: 'no-io-in-api-and-apimachinery',
      severity: 'error',
      from: { path: '^packages/(api|apimachinery)/src/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    { name: 'no-deep-paths', severity: 'error', from: {}, to: { path: '^packages/[^/]+/src/', pathNot: '^packages/[^/]+/src/', dependencyTypes: ['npm'] } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'], extensions: ['.ts', '.js', '.cjs', '.mjs', '.json'] },
  },
};
