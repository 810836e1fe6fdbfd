import type { CommandModule } from 'yargs';
import { UserError } from '../../foundation/errors.js';
import { pathFlag } from '../shared/flags.js';

interface CacheArguments {
  readonly list: boolean;
  readonly clear: boolean;
  readonly folder: string | undefined;
  readonly json: boolean;
}

export const cacheCommand: CommandModule<object, CacheArguments> = {
  command: 'cache',
  describe: 'List or delete the tokens of large texts that are kept for the next time',
  builder: (yargs) =>
    yargs
      .option('list', { boolean: true, default: false, describe: 'List the files, which happens without it as well' })
      .option('clear', { boolean: true, default: false, describe: 'Delete them' })
      .option('folder', {
        ...pathFlag,
        describe: 'The folder that a config names as corpus.cache. Default: the cache folder of the user',
      })
      .option('json', { boolean: true, default: false, describe: 'Print one JSON document' })
      .example('$0 corpus cache', 'what is kept, and where')
      .example('$0 corpus cache --clear', 'make room')
      .epilogue(
        'train and evaluate keep the tokens of texts above 32 million characters. What is deleted is made again when it is needed. ' +
          'Only files that Textloom has written are listed and deleted.',
      ),
  handler: async ({ list, clear, folder, json }) => {
    if (list && clear) throw new UserError('usage', '--list and --clear: give one of them');
    const { reportCache } = await import('./report-cache.js');
    reportCache({ clear, folder, json });
  },
};
