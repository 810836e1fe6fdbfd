import type { CommandModule } from 'yargs';
import { pathArgument, pathFlag, textFlag } from '../shared/flags.js';
import type { InitArguments } from './arguments.js';
import { presetNames } from './preset-names.js';

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
        describe: `Network and tokenizer of the config: ${presetNames.join(', ')}. Default: by text and time`,
      })
      .option('name', { ...textFlag, describe: 'Name of the run and of the config file. Default: that of the text' })
      .option('time', {
        ...textFlag,
        describe: 'How long training may take on this machine: 90s, 10m, 2h; or none, for no limit. Default 15m',
      })
      .option('yes', { ...off, describe: 'Ask no questions: use the proposals' })
      .option('force', { ...off, describe: 'Replace the config if there is one' })
      .example('$0 init', 'answer four questions')
      .example('$0 init my --corpus texts/ --yes', 'write my/texts.yaml without questions'),
  handler: async (args) => {
    const { writeConfig } = await import('./run.js');
    await writeConfig(args);
  },
};
