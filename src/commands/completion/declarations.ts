import type { CommandModule } from 'yargs';
import { colourFlag } from '../shared/flags.js';

/** A flag as a command declares it. */
export interface FlagDeclaration {
  /** Without hyphens. */
  readonly name: string;
  readonly alias: string | undefined;
  readonly describe: string;
  /** Whether the flag takes a value. */
  readonly takesValue: boolean;
}

/** What may follow a word on the command line: subcommands, or flags. */
export interface CommandDeclaration {
  readonly name: string;
  readonly describe: string;
  readonly flags: readonly FlagDeclaration[];
  readonly commands: readonly CommandDeclaration[];
}

interface Option {
  readonly alias?: string;
  readonly boolean?: boolean;
  readonly describe?: string;
}

/** The parts of a command that are read. */
export type AnyCommand = Pick<CommandModule, 'command' | 'describe'> & { readonly builder?: unknown };

/** Flags that the program declares for all commands (cli.ts). */
const everywhere: readonly FlagDeclaration[] = [
  { name: 'no-color', alias: undefined, describe: colourFlag['no-color'].describe, takesValue: false },
  { name: 'help', alias: 'h', describe: 'Show help', takesValue: false },
];

/** Reads a command's declarations by passing a recorder instead of yargs; one result for each of its names. */
export async function declarationsOf({ command, describe, builder }: AnyCommand): Promise<CommandDeclaration[]> {
  const flags = new Map<string, Option>();
  const subcommands: AnyCommand[] = [];
  const listener: unknown = new Proxy(
    {},
    {
      get: (_, method) => {
        // A promise that resolves to the recorder must not treat it as another promise.
        if (method === 'then') return undefined;
        return (first: unknown, second: unknown) => {
          if (method === 'option') flags.set(first as string, second as Option);
          if (method === 'options') for (const [name, option] of Object.entries(first as object)) flags.set(name, option);
          if (method === 'command') subcommands.push(first as AnyCommand);
          return listener;
        };
      },
    },
  );
  if (typeof builder === 'function') await builder(listener);
  const commands = (await Promise.all(subcommands.map(declarationsOf))).flat();
  const declared = [...flags].map(
    ([name, { alias, boolean = false, describe: text = '' }]): FlagDeclaration => ({
      name,
      alias,
      describe: text,
      takesValue: !boolean,
    }),
  );
  return [command ?? []].flat().map((usage) => ({
    name: usage.split(' ')[0]!,
    describe: typeof describe === 'string' ? describe : '',
    flags: [...declared, ...everywhere],
    commands,
  }));
}

/** The flag's spellings with hyphens. */
export const spellings = ({ name, alias }: FlagDeclaration): string[] => [
  `--${name}`,
  ...(alias === undefined ? [] : [`${alias.length > 1 ? '--' : '-'}${alias}`]),
];
