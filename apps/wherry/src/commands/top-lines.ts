import { quantityMilliValue, quantityValue } from '@wherry/apimachinery';

interface Usage {
  readonly cpu?: string;
  readonly memory?: string;
}

/** A NodeMetrics or a PodMetrics of metrics.k8s.io. */
export interface Metrics {
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly usage?: Usage;
  readonly containers?: readonly { readonly name: string; readonly usage?: Usage }[];
}

export interface NodeSize {
  readonly metadata: { readonly name: string };
  readonly status?: { readonly capacity?: Usage; readonly allocatable?: Usage };
}

interface Amount {
  readonly cpu: number;
  readonly memory: number;
}

const amountOf = (usage: Usage | undefined): Amount => ({
  cpu: quantityMilliValue(usage?.cpu ?? '0'),
  memory: quantityValue(usage?.memory ?? '0'),
});
const mebibytes = (bytes: number): string => `${Math.floor(bytes / (1024 * 1024))}Mi`;

function sorted<T extends { amount: Amount; name: string }>(rows: readonly T[], sortBy: string): T[] {
  return rows.toSorted((a, b) => {
    if (sortBy === 'cpu') return b.amount.cpu - a.amount.cpu;
    if (sortBy === 'memory') return b.amount.memory - a.amount.memory;
    return a.name < b.name ? -1 : 1;
  });
}

/** Lines with tabs: NAME, CPU, its share, memory, its share. */
export function nodeLines(
  metrics: readonly Metrics[],
  nodes: readonly NodeSize[],
  options: { readonly sortBy: string; readonly from: 'capacity' | 'allocatable'; readonly headers: boolean },
): string[] {
  const rows = metrics.map((m) => ({ name: m.metadata.name, amount: amountOf(m.usage) }));
  const share = (used: number, all: number): string => (all > 0 ? `${Math.floor((used * 100) / all)}%` : '<unknown>');
  const lines = sorted(rows, options.sortBy).map(({ name, amount }) => {
    const size = amountOf(nodes.find((n) => n.metadata.name === name)?.status?.[options.from]);
    const cells = [
      `${amount.cpu}m`,
      share(amount.cpu, size.cpu),
      mebibytes(amount.memory),
      share(amount.memory, size.memory),
    ];
    return [name, ...cells].join('\t');
  });
  return options.headers ? ['NAME\tCPU(cores)\tCPU(%)\tMEMORY(bytes)\tMEMORY(%)', ...lines] : lines;
}

export function podLines(
  metrics: readonly Metrics[],
  options: {
    readonly sortBy: string;
    readonly containers: boolean;
    readonly namespaces: boolean;
    readonly sum: boolean;
    readonly headers: boolean;
  },
): string[] {
  const rows = metrics.map((m) => ({
    name: `${m.metadata.namespace ?? ''}/${m.metadata.name}`,
    metrics: m,
    amount: (m.containers ?? []).map((c) => amountOf(c.usage)).reduce(add, { cpu: 0, memory: 0 }),
  }));
  const lines = sorted(rows, options.sortBy).flatMap(({ metrics: m, amount }) => {
    const start = [...(options.namespaces ? [m.metadata.namespace ?? ''] : []), m.metadata.name];
    const line = (cells: string[], of: Amount): string =>
      [...start, ...cells, `${of.cpu}m`, mebibytes(of.memory)].join('\t');
    if (!options.containers) return [line([], amount)];
    const parts = (m.containers ?? []).map((c) => ({ name: c.name, amount: amountOf(c.usage) }));
    return sorted(parts, options.sortBy).map((c) => line([c.name], c.amount));
  });
  const names = options.containers ? ['POD', 'NAME'] : ['NAME'];
  const header = [...(options.namespaces ? ['NAMESPACE'] : []), ...names, 'CPU(cores)', 'MEMORY(bytes)'].join('\t');
  if (options.sum) {
    const total = rows.map((row) => row.amount).reduce(add, { cpu: 0, memory: 0 });
    const empty = names.length + (options.namespaces ? 1 : 0);
    const blank = Array.from({ length: empty }, () => '');
    lines.push([...blank, '________', '________'].join('\t'));
    lines.push([...blank, `${total.cpu}m`, mebibytes(total.memory)].join('\t'));
  }
  return options.headers ? [header, ...lines] : lines;
}

function add(a: Amount, b: Amount): Amount {
  return { cpu: a.cpu + b.cpu, memory: a.memory + b.memory };
}
