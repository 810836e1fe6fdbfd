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
  describe: 'List or delete the cached tokens of large texts',
  builder: (yargs) =>
    yargs
      .option('list', { boolean: true, default: false, describe: 'List the files (the default)' })
      .option('clear', { boolean: true, default: false, describe: 'Delete the files' })
      .option('folder', {
        ...pathFlag,
        describe: 'The folder that a config names as corpus.cache. Default: the cache folder of the user',
      })
      .option('json', { boolean: true, default: false, describe: 'Print one JSON document' })
      .example('$0 corpus cache', 'list the files and their folder')
      .example('$0 corpus cache --clear', 'free disk space')
      .epilogue(
        'train and evaluate store the tokens of texts above 32 million characters. A deleted file is created again when it is needed. ' +
          'Only files that Textloom has written are listed and deleted.',
      ),
  handler: async ({ list, clear, folder, json }) => {
    if (list && clear) throw new UserError('usage', '--list and --clear: give one of them');
    const { reportCache } = await import('./report-cache.js');
    reportCache({ clear, folder, json });
  },
};
