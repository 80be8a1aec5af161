import type { ConfigMap, Secret, ServiceAccount } from '@wherry/api';
import { goText } from '../printing/go-text.ts';
import { field, type Unstructured } from '../resources/unstructured.ts';
import { annotationLines, labelLines, metadataLines, type Page } from './page.ts';

export function describeConfigMap(page: Page, object: Unstructured): void {
  const { data = {}, binaryData = {} } = object as unknown as ConfigMap;
  metadataLines(page, object);
  page.add('\nData\n====\n');
  for (const key of Object.keys(data).toSorted()) page.add(`${key}:\n----\n${data[key]}\n\n`);
  page.add('\nBinaryData\n====\n');
  for (const key of Object.keys(binaryData).toSorted()) {
    page.add(`${key}: ${Buffer.from(binaryData[key] ?? '', 'base64').length} bytes\n`);
  }
  page.add('\n');
}

export function describeSecret(page: Page, object: Unstructured): void {
  const { data = {}, type = '' } = object as unknown as Secret;
  metadataLines(page, object);
  page.add(`\nType:\t${type}\n\nData\n====\n`);
  for (const key of Object.keys(data).toSorted()) {
    const value = Buffer.from(data[key] ?? '', 'base64');
    const isToken = type === 'kubernetes.io/service-account-token' && key === 'token';
    page.line(0, isToken ? `${key}:\t${value.toString('utf8')}` : `${key}:\t${value.length} bytes`);
  }
}

export function describeNamespace(page: Page, object: Unstructured): void {
  page.line(0, `Name:\t${object.metadata.name ?? ''}`);
  labelLines(page, 'Labels', object.metadata.labels);
  annotationLines(page, 'Annotations', object.metadata.annotations);
  page.line(0, `Status:\t${goText(field(object, 'status', 'phase') ?? '')}`);
  const conditions = field(object, 'status', 'conditions');
  if (Array.isArray(conditions) && conditions.length > 0) {
    page.add('Conditions:\n  Type\tStatus\tLastTransitionTime\tReason\tMessage\n');
    page.line(1, '----\t------\t------------------\t------\t-------');
    for (const c of conditions as Record<string, string>[]) {
      page.line(1, `${c['type']}\t${c['status']}\t${c['lastTransitionTime']}\t${c['reason']}\t${c['message']}`);
    }
  }
}

export function describeServiceAccount(page: Page, object: Unstructured): void {
  const { imagePullSecrets = [], secrets = [] } = object as unknown as ServiceAccount;
  metadataLines(page, object);
  nameLines(
    page,
    'Image pull secrets',
    imagePullSecrets.map((s) => s.name ?? ''),
  );
  const mountable = secrets.map((s) => s.name ?? '');
  if (mountable.length > 0) nameLines(page, 'Mountable secrets', mountable);
}

function nameLines(page: Page, title: string, names: readonly string[]): void {
  if (names.length === 0) page.line(0, `${title}:\t<none>`);
  names.forEach((name, i) => page.line(0, `${i === 0 ? `${title}:` : ''}\t${name}`));
}
