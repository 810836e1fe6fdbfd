import yargs, { type Argv, type CommandModule } from 'yargs';
import { corpusCommand } from '../../src/commands/corpus.js';
import { evaluatePerplexityCommand } from '../../src/commands/evaluate-perplexity.js';
import { exportCommand } from '../../src/commands/export.js';
import { importCommand } from '../../src/commands/import.js';
import { inspectCommand } from '../../src/commands/inspect.js';
import { sampleCommand } from '../../src/commands/sample.js';
import { trainCommand } from '../../src/commands/train.js';

const commands = [
  trainCommand,
  sampleCommand,
  evaluatePerplexityCommand,
  exportCommand,
  importCommand,
  inspectCommand,
  corpusCommand,
];

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
  for (const command of commands as CommandModule[]) program.command(command);
  try {
    await program.parseAsync(words);
  } catch (error) {
    if (!(error instanceof Understood)) throw error;
  }
  return given;
}
