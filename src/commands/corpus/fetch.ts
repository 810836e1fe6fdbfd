import type { CommandModule } from 'yargs';

export interface FetchArguments {
  readonly name: string | undefined;
  readonly list: boolean;
  readonly output: string | undefined;
  readonly mirror: string | undefined;
  readonly json: boolean;
}

const text = { string: true, nargs: 1 } as const;

export const fetchCommand: CommandModule<object, FetchArguments> = {
  command: 'fetch [name]',
  describe: 'Download a classic public corpus by its name',
  builder: (yargs) =>
    yargs
      .positional('name', { type: 'string', describe: 'The corpus, one of those that --list shows' })
      .option('list', { boolean: true, default: false, describe: 'Show the corpora that are known, and download nothing' })
      .option('output', { ...text, describe: 'Folder to put the files in. Default: data, where the ready configs look' })
      .option('mirror', { ...text, describe: 'Address of a folder that has the same files, to take them from (https)' })
      .option('json', { boolean: true, default: false, describe: 'Print one JSON document' })
      .example('$0 corpus fetch --list', 'what there is, with licences')
      .example('$0 corpus fetch tinyshakespeare', 'one text')
      .epilogue(
        'This is the only command that uses the network. Every file is compared with its known SHA-256. A download that was cut off ' +
          'goes on where it stopped when the command is run again.',
      ),
  handler: async (args) => {
    const { fetchCorpus } = await import('./fetch-corpus.js');
    await fetchCorpus(args);
  },
};
