import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { accessControl } from './access-control.ts';
import { apiserverLoad } from './apiserver-load.ts';
import { etcdComparison } from './etcd-comparison.ts';
import { failover } from './failover.ts';
import { memory } from './memory.ts';
import { objectMemory } from './object-memory.ts';
import { podStart } from './pod-start.ts';
import { proxySync } from './proxy-sync.ts';
import { readPath } from './read-path.ts';
import { readiness } from './readiness.ts';
import type { Part } from './report.ts';
import { standalone, standaloneLoad } from './standalone.ts';

/**
 * `npm run bench -- [--write] [part...]`: measures, prints Markdown, and with --write puts it into docs/benchmarks.md
 * between the markers of each part.
 */
const parts: Record<string, Part> = {
  readiness,
  'apiserver-load': apiserverLoad,
  'access-control': accessControl,
  'read-path': readPath,
  'object-memory': objectMemory,
  'pod-start': podStart,
  'proxy-sync': proxySync,
  memory,
  'etcd-comparison': etcdComparison,
  standalone,
  'standalone-load': standaloneLoad,
  failover,
};
const DOCUMENT = fileURLToPath(new URL('../../docs/benchmarks.md', import.meta.url));

const { values, positionals } = parseArgs({
  options: { write: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const chosen = positionals.length > 0 ? positionals : Object.keys(parts);
for (const name of chosen) {
  const part = parts[name];
  if (!part) throw new Error(`no part ${name}; there are ${Object.keys(parts).join(', ')}`);
  const text = `${(await part()).trim()}\n\n_Measured with \`npm run bench -- ${name}\` on ${machine()}._\n`;
  process.stdout.write(`\n## ${name}\n\n${text}`);
  if (values.write) replaceSection(name, text);
}

function replaceSection(name: string, text: string): void {
  const document = readFileSync(DOCUMENT, 'utf8');
  const [open, close] = [`<!-- bench:${name} -->\n`, `<!-- /bench:${name} -->`];
  const [from, to] = [document.indexOf(open), document.indexOf(close)];
  if (from < 0 || to < from) throw new Error(`${DOCUMENT} has no section ${open.trim()}`);
  writeFileSync(DOCUMENT, document.slice(0, from + open.length) + text + document.slice(to));
}

function machine(): string {
  const gib = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} cores (${cpus()[0]?.model.trim()}), ${gib} GiB, Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}`;
}
