import { type Completions, valuesOf } from './completions.js';
import type { CommandDeclaration, FlagDeclaration } from './declarations.js';

/** Completions for fish, with descriptions. */
export function fishScript(completions: Completions): string {
  const { commands, words, keys } = completions;
  const settings = [...keys].flatMap(([key, list]) =>
    list.length === 0 ? [`${key}=`] : list.map((value) => `${key}=${value}`),
  );
  const lines = commands.flatMap((command) => [
    line('-n __fish_use_subcommand', '-f', `-a ${command.name}`, description(command.describe)),
    ...linesOf(command, `__fish_seen_subcommand_from ${command.name}`),
  ]);

  function linesOf({ name, flags, commands: inner }: CommandDeclaration, seen: string, prefix = ''): string[] {
    if (inner.length > 0) {
      const names = inner.map((command) => command.name).join(' ');
      return inner.flatMap((command) => [
        line(
          `-n '${seen}; and not __fish_seen_subcommand_from ${names}'`,
          '-f',
          `-a ${command.name}`,
          description(command.describe),
        ),
        ...linesOf(command, `${seen}; and __fish_seen_subcommand_from ${command.name}`, `${name} `),
      ]);
    }
    const first = words[prefix + name];
    return [
      ...(first === undefined ? [] : [line(`-n '${seen}'`, '-f', `-a '${first.join(' ')}'`)]),
      ...flags.map((flag) => line(`-n '${seen}'`, ...named(flag), valuePart(flag, prefix + name), description(flag.describe))),
    ];
  }

  function valuePart({ name, takesValue }: FlagDeclaration, command: string): string {
    if (!takesValue) return '';
    if (name === 'set') return "-x -a '$__textloom_settings'";
    const values = valuesOf(completions, command, name);
    return values ? `-x -a '${values.join(' ')}'` : '-r';
  }

  return `# Completion of textloom for fish: textloom completion fish | source
complete -c textloom -e
set -g __textloom_settings ${settings.map(quoted).join(' ')}
${lines.join('\n')}
`;
}

const line = (...parts: readonly string[]) => ['complete -c textloom', ...parts.filter((part) => part !== '')].join(' ');

function named({ name, alias }: FlagDeclaration): string[] {
  return [`-l ${name}`, ...(alias === undefined ? [] : [`${alias.length > 1 ? '-l' : '-s'} ${alias}`])];
}

const description = (text: string) => `-d ${quoted(text)}`;

const quoted = (text: string) => `'${text.replace(/[\\']/g, '\\$&')}'`;
