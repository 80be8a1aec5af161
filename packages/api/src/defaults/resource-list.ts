import { formatQuantity, parseQuantity, roundUpToMilli } from '@wherry/apimachinery';

/** Nothing finer than a thousandth can be asked for: `0.1m` becomes `1m`. */
export function defaultResourceList(list: Record<string, string> | undefined): void {
  for (const [name, text] of Object.entries(list ?? {})) {
    const quantity = parseQuantity(text);
    const rounded = roundUpToMilli(quantity);
    if (rounded !== quantity && list !== undefined) list[name] = formatQuantity(rounded);
  }
}
