import type { CommandModule } from 'yargs';
import { pathArgument } from '../shared/flags.js';

interface DiagnoseArguments {
  readonly subject: string;
  readonly json: boolean;
}

export const diagnoseCommand: CommandModule<object, DiagnoseArguments> = {
  command: 'diagnose <subject>',
  describe: 'Say why a model learns, or why it does not, and what to change',
  builder: (yargs) =>
    yargs
      .positional('subject', {
        ...pathArgument,
        demandOption: true,
        describe: 'Run directory, whose latest checkpoint is examined; or a config file, for the model before its training',
      })
      .option('json', { boolean: true, default: false, describe: 'Print one JSON document' })
      .example('$0 diagnose runs/quickstart', 'examine a run')
      .example('$0 diagnose my.yaml', 'examine a config before training'),
  handler: async ({ subject, json }) => {
    const { diagnose } = await import('./run.js');
    await diagnose({ path: subject, json });
  },
};
