import type { CommandModule } from 'yargs';
import { UserError } from '../../foundation/errors.js';
import { pathsArgument, textFlag } from '../shared/flags.js';

/** Tokenizers that need only a text. */
const tokenizers = ['character', 'word', 'byte'] as const;

interface AuditArguments {
  readonly sources: string[];
  readonly tokenizer: string | undefined;
  readonly json: boolean;
}

export const auditCommand: CommandModule<object, AuditArguments> = {
  command: 'audit <sources..>',
  describe: 'Check whether a corpus is fit for training and for measuring',
  builder: (yargs) =>
    yargs
      .positional('sources', {
        ...pathsArgument,
        demandOption: true,
        describe:
          'A config (.yaml, .json), to check its splits; or text files (- is standard input): the first for training, the others held out',
      })
      .option('tokenizer', {
        ...textFlag,
        describe: `Tokens of text files: ${tokenizers.join(', ')}. Default character; a config has its own`,
      })
      .option('json', { boolean: true, default: false, describe: 'Print one JSON document' })
      .example('$0 corpus audit configs/quickstart.yaml', 'the splits of a config')
      .example('$0 corpus audit train.txt valid.txt test.txt', 'files')
      .epilogue(
        'Searches for repetitions within and across parts, unknown tokens, splits that are too small or unlike the training part, and ' +
          'invalid forms. The exit code is 0 without findings, and 3 with findings.',
      ),
  handler: async ({ sources, tokenizer: typed, json }) => {
    const tokenizer = tokenizers.find((name) => name === typed);
    if (typed !== undefined && tokenizer === undefined)
      throw new UserError('usage', `--tokenizer ${JSON.stringify(typed)}: allowed are ${tokenizers.join(', ')}`);
    const { reportAudit } = await import('./report-audit.js');
    await reportAudit({ sources, tokenizer, json });
  },
};
