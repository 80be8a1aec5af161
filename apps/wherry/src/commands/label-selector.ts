import { parseLabelSelector } from '@wherry/apimachinery';
import { CliError } from '../cli/errors.ts';

export interface LabelSelectorObject {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly { key: string; operator: string; values?: readonly string[] }[];
}

const operators: Readonly<Record<string, string>> = {
  in: 'In',
  notin: 'NotIn',
  exists: 'Exists',
  '!': 'DoesNotExist',
};

/** A selector as text (`app=web,tier in (a, b)`) as the metav1.LabelSelector that means the same. */
export function readSelector(text: string): LabelSelectorObject {
  let requirements: ReturnType<typeof parseLabelSelector>;
  try {
    requirements = parseLabelSelector(text);
  } catch (error) {
    throw new CliError((error as Error).message);
  }
  const matchLabels: Record<string, string> = {};
  const matchExpressions: { key: string; operator: string; values?: readonly string[] }[] = [];
  for (const { key, op, values } of requirements) {
    const [value = ''] = values;
    if (op === '=' || op === '==') matchLabels[key] = value;
    else {
      const named = operators[op];
      if (!named) throw new CliError(`${JSON.stringify(op)} is not a valid label selector operator`);
      matchExpressions.push({ key, operator: named, ...(values.length > 0 ? { values } : {}) });
    }
  }
  return {
    ...(Object.keys(matchLabels).length > 0 ? { matchLabels } : {}),
    ...(matchExpressions.length > 0 ? { matchExpressions } : {}),
  };
}
