/** How links of a page from behind the proxy lead through it again. */
export interface LinkRules {
  /** The path of the proxy, without a slash at its end. */
  prefix: string;
  /** host:port under which the backend and the apiserver are known: links to them are links to the backend. */
  hosts: readonly string[];
}

/** Absolute paths, and whole URLs of the backend, get the proxy's path in front; everything else stays as it is. */
export function rewriteUrl(text: string, { prefix, hosts }: LinkRules): string {
  const whole = text.match(/^(?:https?:)?\/\/([^/?#]*)(.*)$/is);
  if (whole && !hosts.includes(whole[1]!.toLowerCase())) return text;
  const path = whole ? whole[2]! || '/' : text;
  if (!path.startsWith('/')) return text;
  const isInside = path === prefix || path.startsWith(`${prefix}/`);
  return isInside ? path : prefix + path;
}

/** Attributes that hold a link, as upstream knows them. */
const links =
  /^(action|background|cite|classid|codebase|data|formaction|href|icon|longdesc|manifest|poster|profile|src|usemap)$/i;
const rawElements = new Set(['script', 'style', 'textarea', 'title', 'xmp']);
const MAX_HELD = 64 * 1024;

/**
 * Rewrites links in a page as it streams by. Reads the page as latin1, so that whatever its character set is, what is no
 * link goes through byte by byte. Holds at most one tag.
 */
export class HtmlRewriter {
  readonly #rules: LinkRules;
  #held = '';
  /** Inside an element whose content is no markup. */
  #raw: string | undefined;

  constructor(rules: LinkRules) {
    this.#rules = rules;
  }

  push(chunk: Buffer): Buffer {
    const text = this.#held + chunk.toString('latin1');
    this.#held = '';
    let result = '';
    let at = 0;
    while (at < text.length) {
      const end = this.#raw === undefined ? text.indexOf('<', at) : closingOf(text, this.#raw, at);
      if (end < 0) {
        // The end of a raw element may be cut in two.
        const keep = this.#raw === undefined ? text.length : Math.max(at, text.length - this.#raw.length - 2);
        result += text.slice(at, keep);
        this.#held = text.slice(keep);
        break;
      }
      result += text.slice(at, end);
      this.#raw = undefined;
      const close = endOfMarkup(text, end);
      if (close < 0) {
        this.#held = text.slice(end);
        break;
      }
      result += this.#markup(text.slice(end, close));
      at = close;
    }
    if (this.#held.length > MAX_HELD) {
      result += this.#held;
      this.#held = '';
    }
    return Buffer.from(result, 'latin1');
  }

  flush(): Buffer {
    return Buffer.from(this.#held, 'latin1');
  }

  #markup(text: string): string {
    const tag = text.match(/^<([a-z][a-z0-9-]*)/i);
    if (!tag) return text;
    const name = tag[1]!.toLowerCase();
    if (rawElements.has(name)) this.#raw = name;
    return text.replace(
      /(\s)([a-z-]+)(\s*=\s*)("[^"]*"|'[^']*'|[^\s"'>]+)/gi,
      (whole, space: string, attribute: string, equals: string, value: string) => {
        if (!links.test(attribute)) return whole;
        const quote = value[0] === '"' || value[0] === "'" ? value[0] : '';
        const link = quote === '' ? value : value.slice(1, -1);
        return `${space}${attribute}${equals}${quote}${rewriteUrl(link, this.#rules)}${quote}`;
      },
    );
  }
}

function closingOf(text: string, element: string, from: number): number {
  return text.toLowerCase().indexOf(`</${element}`, from);
}

/** Just behind a tag or comment that begins at `from`; -1 when its end has not come. Quotes may hold a `>`. */
function endOfMarkup(text: string, from: number): number {
  if (text.startsWith('<!--', from)) {
    const end = text.indexOf('-->', from + 4);
    return end < 0 ? -1 : end + 3;
  }
  if (!/[a-z/!?]/i.test(text[from + 1] ?? '<')) return from + 1 < text.length ? from + 1 : -1;
  let quote = '';
  for (let i = from + 1; i < text.length; i++) {
    const at = text[i]!;
    if (quote !== '') {
      if (at === quote) quote = '';
    } else if (at === '"' || at === "'") {
      if (text[i - 1] === '=' || text[i - 1] === ' ') quote = at;
    } else if (at === '>') return i + 1;
  }
  return -1;
}
