import type { CommandModule } from 'yargs';
import { UserError } from '../../errors.js';

/** Tokenizers that need nothing but a text. */
const tokenizers = ['character', 'word', 'byte'] as const;

interface AuditArguments {
  readonly sources: string[];
  readonly tokenizer: string | undefined;
  readonly json: boolean;
}

export const auditCommand: CommandModule<object, AuditArguments> = {
  command: 'audit <sources..>',
  describe: 'Look whether a corpus is fit to learn from and to measure on',
  builder: (yargs) =>
    yargs
      .positional('sources', {
        type: 'string',
        array: true,
        demandOption: true,
        describe:
          'A config (.yaml, .json), whose splits are looked at; or text files, the first to learn from, the others held out',
      })
      .option('tokenizer', {
        string: true,
        nargs: 1,
        describe: `What a token of text files is: ${tokenizers.join(', ')}. Default character; a config has its own`,
      })
      .option('json', { boolean: true, default: false, describe: 'Print one JSON document' })
      .example('$0 corpus audit configs/quickstart.yaml', 'the splits of a config')
      .example('$0 corpus audit train.txt valid.txt test.txt', 'files')
      .epilogue(
        'Looks for what is repeated within and across parts, unknown tokens, splits that are too small or of another kind, and ' +
          'invalid forms. The exit code is 0 when nothing was found, and 3 when something was.',
      ),
  handler: async ({ sources, tokenizer: typed, json }) => {
    const tokenizer = tokenizers.find((name) => name === typed);
    if (typed !== undefined && tokenizer === undefined)
      throw new UserError('usage', `--tokenizer ${JSON.stringify(typed)}: allowed are ${tokenizers.join(', ')}`);
    const { reportAudit } = await import('./report-audit.js');
    await reportAudit({ sources, tokenizer, json });
  },
};
