/**
 * Fields that occur twice in one object of a JSON text, as `duplicate field "spec.replicas"`: JSON.parse keeps the
 * last one silently. The text must be JSON (parse it first). One linear pass, no recursion.
 */
export function findDuplicateFields(text: string): string[] {
  const findings: string[] = [];
  const stack: Frame[] = [];
  let at = 0;
  while (at < text.length) {
    const char = text.charCodeAt(at);
    const top = stack.at(-1);
    if (char === quote) {
      const end = endOfString(text, at);
      if (top?.keys !== undefined && top.expectsKey) takeKey(text, at, end, top, stack, findings);
      at = end;
    } else if (char === openObject) stack.push({ keys: new Set(), expectsKey: true, key: '', index: 0 });
    else if (char === openList) stack.push({ keys: undefined, expectsKey: false, key: '', index: 0 });
    else if (char === closeObject || char === closeList) stack.pop();
    else if (char === comma && top !== undefined) {
      top.expectsKey = top.keys !== undefined;
      top.index++;
    }
    at++;
  }
  return findings;
}

interface Frame {
  /** undefined in a list */
  keys: Set<string> | undefined;
  expectsKey: boolean;
  key: string;
  index: number;
}
const quote = 0x22;
const openObject = 0x7b;
const closeObject = 0x7d;
const openList = 0x5b;
const closeList = 0x5d;
const comma = 0x2c;
const maxFindings = 100;

/** The index of the closing quote. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end >= 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end < 0 ? text.length : end;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(at - 1 - backslashes) === 0x5c) backslashes++;
  return backslashes % 2 === 1;
}

function takeKey(text: string, start: number, end: number, top: Frame, stack: Frame[], findings: string[]): void {
  const raw = text.slice(start + 1, end);
  top.key = raw.includes('\\') ? (JSON.parse(`"${raw}"`) as string) : raw;
  top.expectsKey = false;
  if (top.keys?.has(top.key) && findings.length < maxFindings) findings.push(`duplicate field "${pathOf(stack)}"`);
  top.keys?.add(top.key);
}

function pathOf(stack: readonly Frame[]): string {
  let path = '';
  for (const frame of stack) {
    if (frame.keys === undefined) path += `[${frame.index}]`;
    else path += path === '' ? frame.key : `.${frame.key}`;
  }
  return path;
}
