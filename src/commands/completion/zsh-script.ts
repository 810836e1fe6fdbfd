import { type Completions, valuesOf } from './completions.js';
import { type CommandDeclaration, type FlagDeclaration, spellings } from './declarations.js';

/** A completion function for zsh, with descriptions. */
export function zshScript(completions: Completions): string {
  const { commands, keys } = completions;
  const settings = [...keys].filter(([, list]) => list.length > 0);
  return `#compdef textloom
# Completion of textloom for zsh: eval "$(textloom completion zsh)", after compinit
_textloom_setting() {
  if compset -P 1 '*='; then
    case \${IPREFIX%=} in
${settings.map(([key, list]) => `      *${key}) compadd -- ${list.join(' ')} ;;`).join('\n')}
    esac
  else
    compadd -S = -- ${[...keys.keys()].join(' ')}
  fi
}

_textloom() {
  local state line context
  typeset -A opt_args
  _arguments -C '1:command:->command' '*::argument:->arguments'
  case $state in
    command)
      local -a commands=(${commands.map(described).join(' ')})
      _describe command commands ;;
    arguments)
      case \${words[1]} in
${commands.map((command) => branch(command, completions)).join('\n')}
      esac ;;
  esac
}

if [[ \${funcstack[1]} == _textloom ]]; then _textloom "$@"; else compdef _textloom textloom; fi
`;
}

function branch(command: CommandDeclaration, completions: Completions, prefix = ''): string {
  const { name, commands, flags } = command;
  if (commands.length > 0) {
    return `        ${name})
          _arguments -C '1:command:->inner' '*::argument:->rest'
          case $state in
            inner)
              local -a inner=(${commands.map(described).join(' ')})
              _describe command inner ;;
            rest)
              case \${words[1]} in
${commands.map((inner) => branch(inner, completions, `${name} `)).join('\n')}
              esac ;;
          esac ;;`;
  }
  const words = completions.words[prefix + name];
  const first = words === undefined ? "'*:file:_files'" : `'1:name:(${words.join(' ')})' '*:file:_files'`;
  return `        ${name}) _arguments ${flags.flatMap((flag) => specification(flag, valuesOf(completions, prefix + name, flag.name))).join(' ')} ${first} ;;`;
}

function specification(flag: FlagDeclaration, values: readonly string[] | undefined): string[] {
  const { name, takesValue, describe } = flag;
  const action = name === 'set' ? '_textloom_setting' : values ? `(${values.join(' ')})` : '_files';
  const value = takesValue ? `:${name}:${action}` : '';
  return spellings(flag).map((spelling) =>
    quoted(`*${spelling}${takesValue && spelling.startsWith('--') ? '=' : ''}[${plain(describe)}]${value}`),
  );
}

const described = ({ name, describe }: CommandDeclaration) => quoted(`${name}:${plain(describe)}`);

/** Replaces characters that have a special meaning for zsh by spaces. */
const plain = (text: string) => text.replace(/[[\]:\\]/g, ' ');

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
