import type { CommandModule } from 'yargs';
import { colourFlag } from '../shared/flags.js';

/** A flag as a command declares it. */
export interface FlagDeclaration {
  /** Without hyphens. */
  readonly name: string;
  readonly alias: string | undefined;
  readonly describe: string;
  /** Whether a value follows it. */
  readonly takesValue: boolean;
}

/** What a command line may have after a word: further commands, or flags. */
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

/** What of a command is looked at. */
export type AnyCommand = Pick<CommandModule, 'command' | 'describe'> & { readonly builder?: unknown };

/** Flags that the program declares for all commands (cli.ts). */
const everywhere: readonly FlagDeclaration[] = [
  { name: 'no-color', alias: undefined, describe: colourFlag['no-color'].describe, takesValue: false },
  { name: 'help', alias: 'h', describe: 'Show help', takesValue: false },
];

/** Reads what a command declares by letting it declare it to a listener in the place of yargs; one for each of its names. */
export async function declarationsOf({ command, describe, builder }: AnyCommand): Promise<CommandDeclaration[]> {
  const flags = new Map<string, Option>();
  const subcommands: AnyCommand[] = [];
  const listener: unknown = new Proxy(
    {},
    {
      get: (_, method) => {
        // A promise that is given the listener must not wait for it.
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

/** The hyphens and the name, as typed. */
export const spellings = ({ name, alias }: FlagDeclaration): string[] => [
  `--${name}`,
  ...(alias === undefined ? [] : [`${alias.length > 1 ? '--' : '-'}${alias}`]),
];
