import type { PodSpec } from '@wherry/api';
import type { FieldError, ObjectMeta } from '@wherry/apimachinery';
import type { Violation } from './check.ts';
import { violationsOf } from './checks.ts';

export type Level = 'privileged' | 'baseline' | 'restricted';
const levels: readonly string[] = ['privileged', 'baseline', 'restricted'] satisfies Level[];

/** A level as of a version of Kubernetes: `restricted:latest`, `baseline:v1.30`. */
export interface LevelVersion {
  readonly level: Level;
  readonly version: string;
}

export interface Policy {
  readonly enforce: LevelVersion;
  readonly audit: LevelVersion;
  readonly warn: LevelVersion;
  readonly errors: readonly FieldError[];
}

const PREFIX = 'pod-security.kubernetes.io/';
/** What `latest` means here. */
const LATEST_MINOR = 36;

/** The policy that the labels of a namespace ask for. What is wrong counts as restricted, but for enforcement. */
export function policyOf(labels: Readonly<Record<string, string>> | undefined): Policy {
  const errors: FieldError[] = [];
  const read = (mode: 'enforce' | 'audit' | 'warn'): LevelVersion => {
    const level = labels?.[PREFIX + mode];
    const version = labels?.[`${PREFIX}${mode}-version`];
    const known = level === undefined || levels.includes(level);
    if (!known) errors.push(wrong(mode, level, `must be one of ${levels.join(', ')}`));
    const readable = version === undefined || version === 'latest' || /^v1\.\d{1,3}$/.test(version);
    if (!readable) errors.push(wrong(`${mode}-version`, version, 'must be "latest" or "v1.x"'));
    return {
      level: known ? ((level ?? 'privileged') as Level) : mode === 'enforce' ? 'restricted' : 'privileged',
      version: readable ? (version ?? 'latest') : 'latest',
    };
  };
  return { enforce: read('enforce'), audit: read('audit'), warn: read('warn'), errors };
}

function wrong(label: string, badValue: string | undefined, detail: string): FieldError {
  return { type: 'FieldValueInvalid', field: `metadata.labels[${PREFIX}${label}]`, badValue, detail };
}

export function print({ level, version }: LevelVersion): string {
  return `${level}:${version}`;
}

export function evaluate(
  { level, version }: LevelVersion,
  metadata: Pick<ObjectMeta, 'annotations'>,
  spec: PodSpec,
): Violation[] {
  if (level === 'privileged') return [];
  const minor = version === 'latest' ? LATEST_MINOR : Math.min(Number(version.slice('v1.'.length)), LATEST_MINOR);
  return violationsOf(level, minor, metadata, spec);
}

/** Whether `level` asks for more than `than`. */
export function isStricter(level: Level, than: Level): boolean {
  return levels.indexOf(level) > levels.indexOf(than);
}
