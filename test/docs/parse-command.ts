import yargs, { type Argv } from 'yargs';
import { allCommands } from '../../src/commands/all-commands.js';

/** Thrown in place of running a command that was understood. */
class Understood extends Error {}

/**
 * Parses the words after `textloom` as the command line does, without running anything, and returns what the command would be
 * given.
 *
 * @throws what yargs does, for unknown commands and flags
 */
export async function parseCommand(words: readonly string[]): Promise<Record<string, unknown>> {
  let given: Record<string, unknown> = {};
  const program: Argv = yargs()
    .strict()
    .demandCommand(1)
    .parserConfiguration({ 'boolean-negation': false, 'dot-notation': false, 'parse-positional-numbers': false })
    .version(false)
    .exitProcess(false)
    .middleware((args) => {
      given = args;
      throw new Understood();
    })
    .fail((message, error) => {
      throw error ?? new Error(message);
    });
  program.command([...allCommands]);
  try {
    await program.parseAsync(words);
  } catch (error) {
    if (!(error instanceof Understood)) throw error;
  }
  return given;
}
