/** Replaces $(NAME) by its value; $$ is a dollar sign, and what names nothing stays as it is written. */
export function expand(text: string, values: ReadonlyMap<string, string>): string {
  return text.replaceAll(/\$\$|\$\(([^()]*)\)/g, (whole, name: string | undefined) => {
    if (whole === '$$') return '$';
    return values.get(name ?? '') ?? whole;
  });
}
