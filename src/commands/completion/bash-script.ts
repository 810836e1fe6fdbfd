import type { Completions } from './completions.js';
import { type CommandDeclaration, spellings } from './declarations.js';

/**
 * A completion function for bash. bash splits words at `=` and `:`, so `--set a.b=c` arrives as `--set`, `a.b`, `=`, `c`. Where the
 * function has no proposals, bash completes file names.
 */
export function bashScript({ commands, values, words, keys }: Completions): string {
  const cases = commands.flatMap((command) =>
    command.commands.length > 0 ? command.commands.map((inner) => branch(inner, `${command.name} `)) : [branch(command)],
  );
  const groups = commands.filter((command) => command.commands.length > 0);
  // A list of one command comes before that of its flag for all commands.
  const listed = Object.entries(values)
    .map(([key, list]) => ({ place: key.split(' '), list }))
    .sort((a, b) => b.place.length - a.place.length)
    .map(({ place, list }) => `    ${pattern(place)}) words='${list.join(' ')}' ;;`);
  const first = Object.entries(words).map(([command, list]) => `    '${command}') words='${list.join(' ')}' ;;`);
  const settings = [...keys]
    .filter(([, list]) => list.length > 0)
    .map(([key, list]) => `    ${key}) words='${list.join(' ')}' ;;`);
  return `# Completion of textloom for bash: eval "$(textloom completion bash)"
_textloom_flags() {
  case $1 in
${cases.map(({ command, all, valued }) => `    '${command}') flags='${all}' valued='${valued}' ;;`).join('\n')}
  esac
}

_textloom_words() {
  case $1 in
${listed.join('\n')}
  esac
}

_textloom_first() {
  case $1 in
${first.join('\n')}
  esac
}

_textloom_setting() {
  case $1 in
${settings.join('\n')}
  esac
}

_textloom() {
  local current=\${COMP_WORDS[COMP_CWORD]} at=$COMP_CWORD command='' flags='' valued='' words='' flag i
  COMPREPLY=()
  # What is typed after a flag and = is its value, as is what comes after --set and a key.
  if [[ $current == = ]]; then current=''; else at=$((at - 1)); fi
  local before=\${COMP_WORDS[at]} key=''
  if [[ $before == = ]]; then
    before=\${COMP_WORDS[at - 1]}
    if [[ $before != -* ]]; then
      key=$before
      before=\${COMP_WORDS[at - 2]}
      [[ $before == = ]] && before=\${COMP_WORDS[at - 3]}
    fi
  fi
  local arguments=0
  for ((i = 1; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in
      -* | =) continue ;;
    esac
    if [[ -z $command ]]; then
      command=\${COMP_WORDS[i]}
    elif [[ ${groups.map(({ name }) => `$command == ${name}`).join(' || ')} ]]; then
      command="$command \${COMP_WORDS[i]}"
    else
      arguments=$((arguments + 1))
    fi
  done
  _textloom_flags "$command"
  if [[ -n $key ]]; then
    [[ $before == --set ]] && _textloom_setting "$key"
  elif [[ $before == --set ]]; then
    COMPREPLY=($(compgen -S = -W '${[...keys.keys()].join(' ')}' -- "$current"))
    compopt -o nospace
    return
  elif [[ " $valued " == *" $before "* ]]; then
    _textloom_words "$command $before"
  elif [[ -z $command ]]; then
    words='${commands.map(({ name }) => name).join(' ')} --help --version'
${groups
  .map(
    ({ name, commands: inner }) => `  elif [[ $command == ${name} ]]; then
    words='${inner.map((command) => command.name).join(' ')}'`,
  )
  .join('\n')}
  elif [[ $current == -* ]]; then
    words=$flags
  elif [[ $arguments == 0 ]]; then
    _textloom_first "$command"
  fi
  [[ -n $words ]] && COMPREPLY=($(compgen -W "$words" -- "$current"))
}

complete -o bashdefault -o default -F _textloom textloom
`;
}

/** For `COMMAND --FLAG`, of one command or of all. */
const pattern = ([...command]: readonly string[]) => {
  const flag = command.pop()!;
  return command.length === 0 ? `*' --${flag}'` : `'${command.join(' ')} --${flag}'`;
};

function branch(command: CommandDeclaration, prefix = '') {
  const { flags, name } = command;
  return {
    command: prefix + name,
    all: flags.flatMap(spellings).join(' '),
    valued: flags
      .filter(({ takesValue }) => takesValue)
      .flatMap(spellings)
      .join(' '),
  };
}
