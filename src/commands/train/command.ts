import type { CommandModule } from 'yargs';
import { UserError } from '../../foundation/errors.js';
import { processesStarted } from '../../parallel/processes-started.js';
import { trainingEngineFlags } from '../shared/engine-flag.js';
import { numericFlag, pathFlag, pathsArgument, textFlag } from '../shared/flags.js';
import type { TrainArguments } from './arguments.js';

const off = { boolean: true, default: false } as const;

export const trainCommand: CommandModule<object, TrainArguments> = {
  command: 'train <configs..>',
  describe: 'Train a model with a config file, or several models one after another',
  builder: (yargs) =>
    yargs
      .positional('configs', {
        ...pathsArgument,
        demandOption: true,
        describe: 'Config files (.yaml, .json); with --resume, run directories too',
      })
      .option('set', { ...textFlag, array: true, describe: 'Change a key of the config, as in training.epochs=3 (repeatable)' })
      .option('sweep', {
        ...textFlag,
        array: true,
        describe:
          'Train once with each value of a key: training.optimizer.learningRate=0.001,0.01 (repeatable: all combinations)',
      })
      .option('budget', {
        ...textFlag,
        describe: 'Time for the training of each run, such as 30m or 2h, in place of the epochs or steps of the config',
      })
      .option('output', {
        ...pathFlag,
        describe: 'Run directory; for several runs the folder of their directories. Default: output in the config',
      })
      .option('from', {
        ...pathFlag,
        describe: 'Start with the weights of this model: a model file or a run directory (training.from.path)',
      })
      .option('resume', {
        ...off,
        describe: 'Continue from the latest checkpoint; of several runs, those that are not complete',
      })
      .option('overwrite', { ...off, describe: 'Replace the run that is in the run directory' })
      .option('dry-run', { ...off, describe: 'Measure a few steps, show the plan (time, memory, disk), and write nothing' })
      .option('find-rate', {
        ...off,
        describe: 'Raise the learning rate over 300 steps until the loss diverges, show a plot, propose a rate, write nothing',
      })
      .option('skip-final', {
        ...off,
        describe:
          'Do not measure the best model on the whole validation and test text at the end, nor count n-grams to compare it',
      })
      .options(trainingEngineFlags)
      .option('threads', {
        ...numericFlag,
        describe: 'Number of threads, or auto (measured). With typed-array the result does not depend on it',
      })
      .option('json', { ...off, describe: 'Print each event as a line of JSON; the plan as one document' })
      .option('quiet', { ...off, describe: 'Show no progress and no summary, only warnings and errors' })
      .example('$0 train configs/quickstart.yaml', 'train the first model')
      .example('$0 train my.yaml --dry-run', 'show time, memory and disk space first')
      .example('$0 train my.yaml --find-rate', 'find a learning rate first')
      .example('$0 train my.yaml --set model.layers=3', 'change one key')
      .example('$0 train my.yaml --sweep model.cell.type=lstm,gru', 'train one model for each value')
      .example('$0 train new.yaml --from runs/my', 'continue with the weights of a model on another text')
      .example('$0 train runs/my --resume', 'continue a run that was stopped'),
  handler: async (args) => {
    const isShared = processesStarted(process.env) > 1;
    if (args['find-rate']) {
      if (isShared) throw new UserError('usage', 'mpirun and --find-rate: start textloom without mpirun for this');
      const { showRateTest } = await import('./find-rate.js');
      return showRateTest(args);
    }
    if (args['dry-run'] && isShared) {
      const { showForecastTogether } = await import('./train-together.js');
      return showForecastTogether(args);
    }
    if (args['dry-run']) {
      const { showForecast } = await import('./dry-run.js');
      return showForecast(args);
    }
    const { trainModels } = await import('./run.js');
    await trainModels(args);
  },
};
