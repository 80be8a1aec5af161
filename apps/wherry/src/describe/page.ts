import { descriptionLayout, layOut } from '../printing/tab-writer.ts';
import type { Unstructured } from '../resources/unstructured.ts';

/** A page of a description: lines at nesting levels of two spaces, with tabs between what stands in columns. */
export class Page {
  #text = '';

  /** Adds text as it is. */
  add(text: string): this {
    this.#text += text;
    return this;
  }

  line(level: number, text: string): this {
    return this.add(`${'  '.repeat(level)}${text}\n`);
  }

  /** The text with its tabs, for what is printed without columns. */
  get source(): string {
    return this.#text;
  }

  render(): string {
    return layOut(this.#text, descriptionLayout);
  }
}

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** `title:` and one `key=value` per line. `title` may carry its indentation. */
export function labelLines(page: Page, title: string, labels: Readonly<Record<string, string>> | undefined): void {
  const keys = Object.keys(labels ?? {}).toSorted();
  page.add(`${title}:\t`);
  if (keys.length === 0) page.add('<none>\n');
  keys.forEach((key, i) => page.add(`${i === 0 ? '' : '\t'}${key}=${labels?.[key]}\n`));
}

const maxAnnotationLength = 140;

export function annotationLines(
  page: Page,
  title: string,
  annotations: Readonly<Record<string, string>> | undefined,
  skip: readonly string[] = [],
): void {
  const keys = Object.keys(annotations ?? {})
    .filter((key) => key !== lastApplied && !skip.includes(key))
    .toSorted();
  page.add(`${title}:\t`);
  if (keys.length === 0) page.add('<none>\n');
  keys.forEach((key, i) => {
    const value = (annotations?.[key] ?? '').replace(/\n$/, '');
    page.add(i === 0 ? '' : '\t');
    if (key.length + value.length + 2 > maxAnnotationLength || value.includes('\n')) {
      page.add(`${key}:\n`);
      for (const line of value.split('\n')) page.add(`\t  ${shorten(line, maxAnnotationLength - 2)}\n`);
    } else {
      page.add(`${key}: ${value}\n`);
    }
  });
}

function shorten(text: string, max: number): string {
  return text.length > max ? `${text.slice(0, max)}...` : text;
}

/** Name, namespace (of what has one), labels and annotations. */
export function metadataLines(page: Page, { metadata }: Pick<Unstructured, 'metadata'>): void {
  page.line(0, `Name:\t${metadata.name ?? ''}`);
  if (metadata.namespace) page.line(0, `Namespace:\t${metadata.namespace}`);
  labelLines(page, 'Labels', metadata.labels);
  annotationLines(page, 'Annotations', metadata.annotations);
}

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A timestamp as Go's RFC1123Z in the machine's time zone: `Mon, 02 Jan 2006 15:04:05 -0700`. */
export function longTime(timestamp: string | undefined | null): string {
  if (!timestamp) return 'Mon, 01 Jan 0001 00:00:00 +0000';
  const t = new Date(timestamp);
  const two = (n: number): string => String(n).padStart(2, '0');
  const offset = -t.getTimezoneOffset();
  const zone = `${offset < 0 ? '-' : '+'}${two(Math.trunc(Math.abs(offset) / 60))}${two(Math.abs(offset) % 60)}`;
  const date = `${two(t.getDate())} ${months[t.getMonth()]} ${t.getFullYear()}`;
  return `${days[t.getDay()]}, ${date} ${two(t.getHours())}:${two(t.getMinutes())}:${two(t.getSeconds())} ${zone}`;
}

export function controlledBy(page: Page, object: Pick<Unstructured, 'metadata'>): void {
  const owner = object.metadata.ownerReferences?.find((o) => o.controller);
  if (owner) page.line(0, `Controlled By:\t${owner.kind}/${owner.name}`);
}

export function formatSelector(selector: Readonly<Record<string, string>> | undefined): string {
  const pairs = Object.entries(selector ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return pairs.length === 0 ? '<none>' : pairs.map(([key, value]) => `${key}=${value}`).join(',');
}

/** A metav1.LabelSelector as text. */
export function formatLabelSelector(selector: unknown): string {
  const { matchLabels = {}, matchExpressions = [] } = (selector ?? {}) as {
    matchLabels?: Record<string, string>;
    matchExpressions?: { key: string; operator: string; values?: string[] }[];
  };
  const words: Record<string, string> = { In: 'in', NotIn: 'notin' };
  const parts = [
    ...Object.entries(matchLabels).map(([key, value]) => ({ key, text: `${key}=${value}` })),
    ...matchExpressions.map(({ key, operator, values = [] }) => ({
      key,
      text:
        operator === 'Exists'
          ? key
          : operator === 'DoesNotExist'
            ? `!${key}`
            : `${key} ${words[operator] ?? operator} (${values.toSorted().join(',')})`,
    })),
  ];
  if (parts.length === 0) return '<none>';
  return parts
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))
    .map((p) => p.text)
    .join(',');
}
