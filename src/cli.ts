/** The command line: chooses the command, turns what goes wrong into a message and an exit code. Only this file ends the process. */
import { readFileSync } from 'node:fs';
import yargs, { type Argv } from 'yargs';
import { allCommands } from './commands/all-commands.js';
import { corpusSubcommands } from './commands/corpus/command.js';
import { describeFailure, describeOutputFailure, unreadExitCode } from './commands/shared/describe-failure.js';
import { applyColourFlag, colourFlag } from './commands/shared/flags.js';
import { calledCommand, checkArguments, explainUsage } from './commands/shared/usage.js';
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
    .example('$0 train configs/quickstart.yaml', 'learn from a corpus as a config says')
    .example('$0 sample runs/quickstart -p "Once"', 'write on from a prompt')
    .example('$0 evaluate runs/quickstart', 'measure how well it predicts its test text')
    .epilogue(
      'Exit codes: 0 done, 2 usage or config, 3 data, 4 model, 5 diverged, 6 locked, 7 disk, 129, 130 and 143 stopped by a signal, 141 output unread.',
    )
    .strict()
    // Plain rules: `--set a.b=c` is one text, `--no-...` makes no text into false, and a number may name a file.
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
  const explain = (message: string) => explainUsage(message, word, program.parsed, args);
  try {
    await program.parseAsync(args);
  } catch (error) {
    // What is wrong with the arguments reaches this place past `fail`, where a command loads its flags.
    throw error instanceof Error && error.name === 'YError' ? explain(error.message) : error;
  }
}

/** `help COMMAND` stands for `COMMAND --help`; a word that needs another one, alone, stands for its help. */
function withHelp(given: readonly string[]): readonly string[] {
  if (given[0] === 'help') return [...given.slice(1), '--help'];
  return given.length === 0 || (given.length === 1 && given[0] === 'corpus') ? [...given, '--help'] : given;
}

function version(): string {
  return JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;
}

/** Says what went wrong; the exit code tells whose trouble it is. */
function report(error: unknown): void {
  const { text, exitCode } = describeFailure(error);
  process.exitCode = exitCode;
  standardError.line(text);
}

/**
 * When output could not be written, a command ends by itself: what writes is told, and training stops in good order. Here its exit code
 * says so, unless it has one already. A reader that has seen enough (`| head`) is no reason to complain; a full disk is.
 */
process.on('exit', () => {
  const failure = standardOutput.failure ?? standardError.failure;
  if (failure !== undefined && !process.exitCode) {
    process.exitCode = unreadExitCode(failure);
    if (process.exitCode === undefined) report(new UserError('disk', describeOutputFailure(failure), { cause: failure }));
  }
  closeLostTerminals();
});
process.on('uncaughtException', (error) => {
  report(error);
  process.exit();
});
try {
  await main(process.argv.slice(2));
} catch (error) {
  report(error);
}
