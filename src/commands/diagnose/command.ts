import type { CommandModule } from 'yargs';
import { pathArgument, textFlag } from '../shared/flags.js';

interface DiagnoseArguments {
  readonly subject: string;
  readonly text: string | undefined;
  readonly set: string[] | undefined;
  readonly 'compare-cells': boolean;
  readonly curvature: boolean;
  readonly json: boolean;
}

export const diagnoseCommand: CommandModule<object, DiagnoseArguments> = {
  command: 'diagnose <subject> [text]',
  describe: 'Say why a model learns, or why it does not, and what to change',
  builder: (yargs) =>
    yargs
      .positional('subject', {
        ...pathArgument,
        demandOption: true,
        describe:
          'Run directory, whose latest checkpoint is examined; model file; or config file, for the model before its training',
      })
      .positional('text', {
        ...pathArgument,
        describe: 'Text file (UTF-8) that the model reads. Default: the validation split of its corpus',
      })
      .option('set', {
        ...textFlag,
        array: true,
        describe: 'Change a key of the config file, as in model.cell.type=gru (repeatable)',
      })
      .option('compare-cells', {
        boolean: true,
        default: false,
        describe: 'Also show the gradient flow of an Elman network, a GRU and an LSTM of these sizes before their training',
      })
      .option('curvature', {
        boolean: true,
        default: false,
        describe:
          'Also measure the largest curvature of the training loss and the learning rate up to which it is stable: up to 120 gradients',
      })
      .option('json', { boolean: true, default: false, describe: 'Print one JSON document' })
      .example('$0 diagnose runs/quickstart', 'examine a run')
      .example('$0 diagnose my.yaml', 'examine a config before training'),
  handler: async ({ subject, text, set, json, curvature, 'compare-cells': comparesCells }) => {
    const { diagnose } = await import('./run.js');
    await diagnose({ path: subject, text, set, comparesCells, measuresCurvature: curvature, json });
  },
};
