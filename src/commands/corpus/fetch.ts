import type { CommandModule } from 'yargs';
import { pathFlag, textFlag } from '../shared/flags.js';
import type { FetchArguments } from './arguments.js';

export const fetchCommand: CommandModule<object, FetchArguments> = {
  command: 'fetch [name]',
  describe: 'Download a classic public corpus by its name',
  builder: (yargs) =>
    yargs
      .positional('name', { type: 'string', describe: 'The corpus, one of those that --list shows' })
      .option('list', { boolean: true, default: false, describe: 'List the known corpora, and download nothing' })
      .option('output', { ...pathFlag, describe: 'Folder for the files. Default: data, where the ready configs look' })
      .option('mirror', { ...textFlag, describe: 'Address (https) of a folder with the same files, to download from instead' })
      .option('json', { boolean: true, default: false, describe: 'Print one JSON document' })
      .example('$0 corpus fetch --list', 'list the corpora and their licences')
      .example('$0 corpus fetch tinyshakespeare', 'download one corpus')
      .epilogue(
        'This is the only command that uses the network. Every file is checked against its known SHA-256. Run the ' +
          'command again to continue a download that was interrupted.',
      ),
  handler: async (args) => {
    const { fetchCorpus } = await import('./fetch-corpus.js');
    await fetchCorpus(args);
  },
};
