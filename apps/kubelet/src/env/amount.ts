const suffixes: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** A quantity in thousandths. The API has validated it: what is no quantity counts as 0. */
export function milliValue(quantity: string): number {
  const match = /^([+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)([a-zA-Z]*)$/.exec(quantity);
  const factor = suffixes[match?.[2] ?? ''];
  if (match === null || factor === undefined) return 0;
  return Number(match[1]) * factor * 1000;
}

/** Whole units, rounded up. */
export function unitValue(quantity: string): number {
  return Math.ceil(Number((milliValue(quantity) / 1000).toPrecision(15)));
}

export function formatAmount(amountMilli: number, divisorMilli: number): string {
  return String(Math.ceil(Number((amountMilli / divisorMilli).toPrecision(15))));
}
