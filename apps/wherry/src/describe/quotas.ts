import type { LimitRange, LimitRangeItem, ResourceQuota } from '@wherry/api';
import type { Unstructured } from '../resources/unstructured.ts';
import type { Page } from './page.ts';

/** What kubectl says of a quota's scope; of the others it says nothing. */
const scopeHelp: Readonly<Record<string, string>> = {
  Terminating:
    'Matches all pods that have an active deadline. These pods have a limited lifespan on a node before being actively terminated by the system.',
  NotTerminating:
    'Matches all pods that do not have an active deadline. These pods usually include long running pods whose container command is not expected to terminate.',
  BestEffort:
    'Matches all pods that do not have resource requirements set. These pods have a best effort quality of service.',
  NotBestEffort:
    'Matches all pods that have at least one resource requirement set. These pods have a burstable or guaranteed quality of service.',
};

const limitTitles = 'Type\tResource\tMin\tMax\tDefault Request\tDefault Limit\tMax Limit/Request Ratio';
const limitRules = '----\t--------\t---\t---\t---------------\t-------------\t-----------------------';
const limitColumns = ['min', 'max', 'defaultRequest', 'default', 'maxLimitRequestRatio'] as const;

export function describeResourceQuota(page: Page, object: Unstructured): void {
  page.line(0, `Name:\t${object.metadata.name}`).line(0, `Namespace:\t${object.metadata.namespace}`);
  const quota = object as unknown as ResourceQuota;
  scopeLines(page, quota, 0, ' ');
  page.line(0, 'Resource\tUsed\tHard').line(0, '--------\t----\t----');
  usageLines(page, quota, 0);
}

export function describeLimitRange(page: Page, object: Unstructured): void {
  page.line(0, `Name:\t${object.metadata.name}`).line(0, `Namespace:\t${object.metadata.namespace}`);
  page.line(0, limitTitles).line(0, limitRules);
  limitLines(page, object as unknown as LimitRange, '');
}

/** The quotas and limits in the page of their namespace. */
export function quotasOfNamespace(page: Page, quotas: readonly ResourceQuota[], limits: readonly LimitRange[]): void {
  page.add(quotas.length === 0 ? '\nNo resource quota.\n' : '\nResource Quotas\n');
  for (const quota of quotas.toSorted((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1))) {
    page.line(1, `Name:\t${quota.metadata.name}`);
    scopeLines(page, quota, 1, '');
    page.line(1, 'Resource\tUsed\tHard').line(1, '--------\t---\t---');
    usageLines(page, quota, 1);
  }
  if (limits.length === 0) {
    page.add('\nNo LimitRange resource.\n');
    return;
  }
  page.add('\nResource Limits\n').line(0, ` ${limitTitles}`).line(0, ` ${limitRules}`);
  for (const range of limits) limitLines(page, range, ' ');
}

function scopeLines(page: Page, { spec }: ResourceQuota, level: number, indent: string): void {
  const scopes = (spec?.scopes ?? []).toSorted();
  if (scopes.length === 0) return;
  page.line(level, `Scopes:\t${scopes.join(', ')}`);
  for (const scope of scopes) if (scopeHelp[scope] !== undefined) page.line(level, `${indent}* ${scopeHelp[scope]}`);
}

/** What the controller has counted, none before it has. */
function usageLines(page: Page, { status }: ResourceQuota, level: number): void {
  for (const [name, hard] of Object.entries(status?.hard ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    page.line(level, `${name}\t${status?.used?.[name] ?? '0'}\t${hard}`);
}

function limitLines(page: Page, { spec }: LimitRange, indent: string): void {
  const cell = (item: LimitRangeItem, column: (typeof limitColumns)[number], name: string): string =>
    String(item[column]?.[name] ?? '-');
  for (const item of spec?.limits ?? []) {
    const names = new Set(limitColumns.flatMap((column) => Object.keys(item[column] ?? {})));
    for (const name of [...names].toSorted()) {
      const cells = limitColumns.map((column) => cell(item, column, name));
      page.line(0, `${indent}${[item.type, name, ...cells].join('\t')}`);
    }
  }
}
