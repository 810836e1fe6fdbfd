import type { CommandModule } from 'yargs';
import { pathArgument, pathFlag, textFlag } from './flag-kinds.js';
import { presetNames } from './init/preset-names.js';

/** The flags of `init` as yargs gives them. */
export interface InitArguments {
  readonly directory: string;
  readonly corpus: string | undefined;
  readonly preset: string | undefined;
  readonly name: string | undefined;
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
      .option('preset', { ...textFlag, describe: `What to begin with: ${presetNames.join(', ')}. Default: what fits the text` })
      .option('name', { ...textFlag, describe: 'Name of the run and of the config file. Default: that of the text' })
      .option('yes', { ...off, describe: 'Ask nothing: take what is proposed' })
      .option('force', { ...off, describe: 'Replace the config if there is one' })
      .example('$0 init', 'answer three questions')
      .example('$0 init my --corpus texts/ --yes', 'my/texts.yaml, without a question'),
  handler: async (args) => {
    const { writeConfig } = await import('./init/write-config.js');
    await writeConfig(args);
  },
};
