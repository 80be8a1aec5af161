/** Replaces $(NAME) by its value; $$ is a dollar sign, and what names nothing stays as it is written. */
export function expand(text: string, values: ReadonlyMap<string, string>): string {
  return text.replaceAll(/\$\$|\$\(([^()]*)\)/g, (whole, name: string | undefined) => {
    if (whole === '$$') return '$';
    return values.get(name ?? '') ?? whole;
  });
}

/** The names that a text wants and that have no value, or an empty one. */
export function missingValues(text: string, values: ReadonlyMap<string, string>): string[] {
  const wanted = [...text.matchAll(/\$\$|\$\(([^()]*)\)/g)]
    .map((match) => match[1])
    .filter((name) => name !== undefined);
  return [...new Set(wanted.filter((name) => !values.get(name)))].toSorted();
}
