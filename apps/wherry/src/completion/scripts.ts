import type { CommandSpec } from '../cli/command.ts';
import type { Flags } from '../cli/flags.ts';

/** What can follow each command path: subcommands and flags. */
interface Words {
  readonly path: string;
  readonly subcommands: readonly string[];
  readonly flags: readonly string[];
}

function wordsOf(spec: CommandSpec, prefix: string): Words[] {
  const path = prefix ? `${prefix} ${spec.name}` : spec.name;
  const own: Words = {
    path,
    subcommands: (spec.subcommands ?? []).map((s) => s.name),
    flags: flagWords(spec.flags),
  };
  return [own, ...(spec.subcommands ?? []).flatMap((s) => wordsOf(s, path))];
}

export function flagWords(flags: Flags): string[] {
  return Object.entries(flags).flatMap(([name, flag]) =>
    flag.hidden ? [] : [`--${name}`, ...(flag.short ? [`-${flag.short}`] : [])],
  );
}

/** Commands whose operands are a resource type and then names. */
const takesTypes = new Set([
  'get',
  'describe',
  'delete',
  'edit',
  'label',
  'annotate',
  'patch',
  'expose',
  'scale',
  'wait',
  'explain',
]);
const takesPods = new Set(['logs', 'exec', 'attach']);
const takesNodes = new Set(['cordon', 'uncordon', 'drain']);

/** A bash script that completes commands and flags from the tree, and resource types and names from the cluster. */
export function bashCompletion(specs: readonly CommandSpec[], globals: Flags): string {
  const tree = specs.flatMap((spec) => wordsOf(spec, ''));
  const cases = tree.map(({ path, subcommands, flags }) => {
    return `    "${path}") subcommands="${subcommands.join(' ')}"; flags="${flags.join(' ')}" ;;`;
  });
  const kinds = (set: ReadonlySet<string>): string => [...set].join('|');
  return `# bash completion for wherry
_wherry() {
  local cur=\${COMP_WORDS[COMP_CWORD]} path="" word subcommands="" flags="" operands=0 type="" i
  local top="${specs.map((s) => s.name).join(' ')}"
  local globals="${flagWords(globals).join(' ')}"
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    case $word in -*) continue ;; esac
    if [[ -z $path ]]; then path=$word
    elif [[ " $(_wherry_subcommands "$path") " == *" $word "* ]]; then path="$path $word"
    else operands=$((operands + 1)); [[ $operands == 1 ]] && type=$word
    fi
  done
  if [[ -z $path ]]; then COMPREPLY=($(compgen -W "$top $globals" -- "$cur")); return; fi
  case $path in
${cases.join('\n')}
  esac
  if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W "$flags $globals" -- "$cur")); return; fi
  if [[ -n $subcommands ]]; then COMPREPLY=($(compgen -W "$subcommands" -- "$cur")); return; fi
  case $path in
    ${kinds(takesTypes)})
      if [[ $operands == 0 ]]; then COMPREPLY=($(compgen -W "$(wherry api-resources -o name 2>/dev/null)" -- "$cur"))
      else COMPREPLY=($(compgen -W "$(_wherry_names "$type")" -- "$cur")); fi ;;
    ${kinds(takesPods)}) COMPREPLY=($(compgen -W "$(_wherry_names pods)" -- "$cur")) ;;
    ${kinds(takesNodes)}) COMPREPLY=($(compgen -W "$(_wherry_names nodes)" -- "$cur")) ;;
    rollout*) COMPREPLY=($(compgen -W "$(_wherry_names deployments)" -- "$cur")) ;;
    "config use-context"|"config delete-context") COMPREPLY=($(compgen -W "$(wherry config get-contexts -o name 2>/dev/null)" -- "$cur")) ;;
    *) COMPREPLY=($(compgen -f -- "$cur")) ;;
  esac
}
_wherry_names() {
  wherry get "$1" --request-timeout=2s -o jsonpath='{.items[*].metadata.name}' 2>/dev/null
}
_wherry_subcommands() {
  case $1 in
${tree
  .filter((w) => w.subcommands.length > 0)
  .map((w) => `    "${w.path}") echo "${w.subcommands.join(' ')}" ;;`)
  .join('\n')}
  esac
}
complete -o default -F _wherry wherry
`;
}

/** zsh runs the bash script through its own emulation. */
export function zshCompletion(specs: readonly CommandSpec[], globals: Flags): string {
  return `#compdef wherry
autoload -U +X bashcompinit && bashcompinit
${bashCompletion(specs, globals)}`;
}
