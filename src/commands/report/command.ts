import type { CommandModule } from 'yargs';
import { UserError } from '../../foundation/errors.js';
import { oneOf, pathFlag, pathsArgument, textFlag } from '../shared/flags.js';
import { reportForms } from './forms.js';

interface ReportArguments {
  readonly runs: readonly string[];
  readonly to: string | undefined;
  readonly output: string | undefined;
  readonly overwrite: boolean;
  readonly json: boolean;
}

const off = { boolean: true, default: false } as const;

export const reportCommand: CommandModule<object, ReportArguments> = {
  command: 'report <runs..>',
  describe: 'Write the losses, samples and weights of runs for another program: TensorBoard',
  builder: (yargs) =>
    yargs
      .positional('runs', { ...pathsArgument, demandOption: true, describe: 'Run directories' })
      .option('to', { ...textFlag, describe: `What to write: ${reportForms.join(', ')}` })
      .option('output', {
        ...pathFlag,
        alias: 'o',
        describe: 'Folder in which each run gets a folder with its name. Default: the folder tensorboard in each run directory',
      })
      .option('overwrite', { ...off, describe: 'Replace event files that are already there' })
      .option('json', { ...off, describe: 'Print one JSON document' })
      .example('$0 report runs/novel --to tensorboard', 'then: tensorboard --logdir runs')
      .example('$0 report runs/* --to tensorboard -o logs', 'then: tensorboard --logdir logs')
      .epilogue(
        'Scalars are those of metrics.jsonl, texts those of samples.jsonl, histograms those of the checkpoints and the model that the run ' +
          'still has. metrics.jsonl contains no times: steps are spread evenly between the times of config.yaml and metrics.jsonl. ' +
          'With training.tensorboard: true, training itself writes event files, with the real times.',
      ),
  handler: async ({ runs, output, overwrite, json, ...args }) => {
    if (args.to === undefined) throw new UserError('usage', `--to is missing: what to write (${reportForms.join(', ')})`);
    oneOf(reportForms, args.to, '--to');
    if (output === '') throw new UserError('usage', '--output (empty): the path of a folder is expected');
    const { writeReports } = await import('./run.js');
    await writeReports({ runs, output, overwrite, json });
  },
};
