import type { CommandModule } from 'yargs';
import { pathArgument, pathFlag, textFlag } from './flag-kinds.js';
import { presetNames } from './init/preset-names.js';

/** The flags of `init` as yargs gives them. */
export interface InitArguments {
  readonly directory: string;
  readonly corpus: string | undefined;
  readonly preset: string | undefined;
  readonly name: string | undefined;
  readonly time: string | undefined;
  readonly yes: boolean;
  readonly force: boolean;
}

const off = { boolean: true, default: false } as const;

export const initCommand: CommandModule<object, InitArguments> = {
  command: 'init [directory]',
  describe: 'Write a config for a text',
  builder: (yargs) =>
    yargs
      .positional('directory', { ...pathArgument, default: '.', describe: 'Folder to write the config to' })
      .option('corpus', { ...pathFlag, describe: 'Text to learn from: a file, a folder, or a pattern such as texts/*.txt' })
      .option('preset', {
        ...textFlag,
        describe: `Network and tokenizer to begin with: ${presetNames.join(', ')}. Default: by text and time`,
      })
      .option('name', { ...textFlag, describe: 'Name of the run and of the config file. Default: that of the text' })
      .option('time', {
        ...textFlag,
        describe: 'How long training may take, as measured here: 90s, 10m, 2h; or none, for no limit. Default 15m',
      })
      .option('yes', { ...off, describe: 'Ask nothing: take the proposals' })
      .option('force', { ...off, describe: 'Replace the config if there is one' })
      .example('$0 init', 'answer four questions')
      .example('$0 init my --corpus texts/ --yes', 'write my/texts.yaml without questions'),
  handler: async (args) => {
    const { writeConfig } = await import('./init/write-config.js');
    await writeConfig(args);
  },
};
