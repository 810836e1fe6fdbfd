/** The command line: chooses the command, and turns errors into a message and an exit code. Only this file ends the process. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import yargs, { type Argv } from 'yargs';
import { allCommands } from './commands/all-commands.js';
import { corpusSubcommands } from './commands/corpus/command.js';
import { describeFailure, describeOutputFailure, unreadExitCode } from './commands/shared/describe-failure.js';
import { applyColourFlag, colourFlag } from './commands/shared/flags.js';
import { calledCommand, checkArguments, explainUsage } from './commands/shared/usage.js';
import { packageFolder } from './files/package-folder.js';
import { UserError } from './foundation/errors.js';
import { closeLostTerminals, standardError, standardOutput } from './ui/output.js';
import { TEXT_WIDTH } from './ui/wrap.js';

const names = allCommands.flatMap(({ command = [] }) => [command].flat().map((usage) => usage.split(' ')[0]!));

async function main(given: readonly string[]): Promise<void> {
  const args = withHelp(given);
  const word = calledCommand(args, names, corpusSubcommands);

  const program: Argv = yargs()
    .scriptName('textloom')
    .usage('Train, understand and use small recurrent language models.\n\n$0 <command>')
    .command([...allCommands])
    .demandCommand(1, 'no command is given')
    .example('$0 train configs/quickstart.yaml', 'train a model with a config')
    .example('$0 sample runs/quickstart -p "Once"', 'continue a prompt')
    .example('$0 evaluate runs/quickstart', 'measure how well it predicts its test text')
    .epilogue(
      'Exit codes: 0 done, 2 usage or config, 3 data, 4 model, 5 diverged, 6 locked, 7 disk, 129, 130 and 143 stopped by a signal, 141 output unread.',
    )
    .strict()
    // Simple rules: `--set a.b=c` is one text, `--no-...` does not negate a text flag, and a number may be a file name.
    .parserConfiguration({ 'boolean-negation': false, 'dot-notation': false, 'parse-positional-numbers': false })
    .options(colourFlag)
    .middleware([(flags) => checkArguments(flags, args), applyColourFlag])
    .locale('en')
    .wrap(Math.min(TEXT_WIDTH, standardOutput.columns))
    .version(version())
    .alias('help', 'h')
    .alias('version', 'v')
    .exitProcess(false)
    .fail((message, error) => {
      throw error instanceof Error ? error : explain(message);
    });
  doNotRenderHelp(program);
  const explain = (message: string) => explainUsage(message, word, program.parsed, args);
  try {
    await program.parseAsync(args);
  } catch (error) {
    // Errors of arguments arrive here, not in `fail`, where a command loads its flags lazily.
    throw error instanceof Error && error.name === 'YError' ? explain(error.message) : error;
  }
}

/**
 * While a command begins, yargs renders its help for callers that may want to show it later, which nobody here does: a sixth of the time
 * until `sample` writes its first character.
 */
function doNotRenderHelp(program: Argv): void {
  const { getInternalMethods } = program as unknown as {
    getInternalMethods(): { getUsageInstance(): { cacheHelpMessage(): void } };
  };
  getInternalMethods.call(program).getUsageInstance().cacheHelpMessage = () => {};
}

/** `help COMMAND` means `COMMAND --help`. A command that needs a subcommand shows its help when called alone. */
function withHelp(given: readonly string[]): readonly string[] {
  if (given[0] === 'help') return [...given.slice(1), '--help'];
  return given.length === 0 || (given.length === 1 && given[0] === 'corpus') ? [...given, '--help'] : given;
}

function version(): string {
  return JSON.parse(readFileSync(join(packageFolder(), 'package.json'), 'utf8')).version;
}

/** Reports an error; the exit code says what kind of error it is. */
function report(error: unknown): void {
  const { text, exitCode } = describeFailure(error);
  process.exitCode = exitCode;
  standardError.line(text);
}

/**
 * Runs the command that the arguments name, and sets the exit code of the process.
 *
 * @param args the arguments after the name of the program
 */
export async function runCommandLine(args: readonly string[]): Promise<void> {
  process.on('exit', reportLostOutput);
  process.on('uncaughtException', (error) => {
    report(error);
    process.exit();
  });
  try {
    await main(args);
  } catch (error) {
    report(error);
  }
}

/**
 * When output cannot be written, a command ends by itself: writers get the failure, and training stops after a checkpoint. Then the exit
 * code reports the failure, unless it is already set. A reader that has stopped early (`| head`) is not an error; a full disk is.
 */
function reportLostOutput(): void {
  const failure = standardOutput.failure ?? standardError.failure;
  if (failure !== undefined && !process.exitCode) {
    process.exitCode = unreadExitCode(failure);
    if (process.exitCode === undefined) report(new UserError('disk', describeOutputFailure(failure), { cause: failure }));
  }
  closeLostTerminals();
}
