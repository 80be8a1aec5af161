import { ageSince, type Column } from '@wherry/api';
import type { KubeObject } from '@wherry/apimachinery';
import type { Entry } from '../cache/entry.ts';
import { objectOf, type Served } from '../registry/served.ts';

/** Cells as JSON, with the columns in between that depend on the time. */
interface Row {
  /** Text, or the index of a column whose cell is made anew each time, or AGE. */
  readonly parts: readonly (string | number)[];
  readonly created: string | undefined;
}

const AGE = -1;

/** The cells of objects, made once for each state of an object; only what depends on the time is made anew. */
export class Rows {
  readonly #served: Served;
  readonly #columns: readonly Column<KubeObject>[];
  readonly #rows = new WeakMap<Entry, Row>();

  constructor(served: Served) {
    this.#served = served;
    this.#columns = served.resource.columns;
  }

  /** A JSON list. */
  cells(entry: Entry, now: Date): string {
    let row = this.#rows.get(entry);
    if (row === undefined) this.#rows.set(entry, (row = this.#read(entry, now)));
    let text = '';
    for (const part of row.parts) {
      if (typeof part === 'string') text += part;
      else if (part === AGE) text += `"${ageSince(row.created, now)}"`;
      else text += textOf(this.#columns[part]!.cell(objectOf(this.#served, entry), now));
    }
    return text;
  }

  #read(entry: Entry, now: Date): Row {
    const object = objectOf(this.#served, entry);
    const created = object.metadata.creationTimestamp;
    const parts: (string | number)[] = [];
    let text = '[';
    this.#columns.forEach((column, i) => {
      if (i > 0) text += ',';
      const clock = new WatchedDate(now);
      const cell = column.cell(object, clock);
      if (!clock.read) text += textOf(cell);
      else {
        // Ages, which nearly every kind has, need no object.
        parts.push(text, column.name === 'Age' && cell === ageSince(created, now) ? AGE : i);
        text = '';
      }
    });
    return { parts: [...parts, `${text}]`], created };
  }
}

function textOf(cell: unknown): string {
  return JSON.stringify(cell) ?? 'null';
}

/** Tells whether somebody looked at the time. */
class WatchedDate extends Date {
  read = false;

  override getTime(): number {
    this.read = true;
    return super.getTime();
  }

  override valueOf(): number {
    this.read = true;
    return super.valueOf();
  }

  override toISOString(): string {
    this.read = true;
    return super.toISOString();
  }
}
