import type { PodTemplateSpec, Toleration } from '@wherry/api';
import { containerLines } from './containers.ts';
import { annotationLines, labelLines, Page } from './page.ts';
import { volumeLines } from './volumes.ts';

export function podTemplateLines(page: Page, template: PodTemplateSpec | undefined): void {
  page.line(0, 'Pod Template:');
  if (!template) {
    page.line(0, '  <unset>');
    return;
  }
  labelLines(page, '  Labels', template.metadata?.labels);
  if (Object.keys(template.metadata?.annotations ?? {}).length > 0) {
    annotationLines(page, '  Annotations', template.metadata?.annotations);
  }
  const { spec } = template;
  if (!spec) return;
  if (spec.serviceAccountName) page.line(0, `  Service Account:\t${spec.serviceAccountName}`);
  if (spec.initContainers?.length) containerLines(page, 'Init Containers', spec.initContainers, { space: '  ' });
  containerLines(page, 'Containers', spec.containers, { space: '  ' });
  volumeLines(page, spec.volumes, '  ');
  if (spec.priorityClassName) page.line(0, `  Priority Class Name:\t${spec.priorityClassName}`);
  labelLines(page, '  Node-Selectors', spec.nodeSelector);
  tolerationLines(page, '  Tolerations', spec.tolerations);
}

/** A template alone, its columns still separated by tabs, as `rollout history --revision` shows it. */
export function describePodTemplate(template: PodTemplateSpec | undefined): string {
  const page = new Page();
  podTemplateLines(page, template);
  return page.source;
}

export function tolerationLines(page: Page, title: string, tolerations: readonly Toleration[] | undefined): void {
  page.add(`${title}:\t`);
  if (!tolerations?.length) page.add('<none>\n');
  const sorted = (tolerations ?? []).toSorted((a, b) => ((a.key ?? '') < (b.key ?? '') ? -1 : 1));
  sorted.forEach((t, i) => {
    const value = t.value ? `=${t.value}` : '';
    const effect = t.effect ? `:${t.effect}` : '';
    const exists = t.operator === 'Exists' && !t.value ? `${t.key || t.effect ? ' ' : ''}op=Exists` : '';
    const seconds =
      t.tolerationSeconds === undefined || t.tolerationSeconds === null ? '' : ` for ${t.tolerationSeconds}s`;
    page.add(`${i === 0 ? '' : '\t'}${t.key ?? ''}${value}${effect}${exists}${seconds}\n`);
  });
}
