import type { CommandModule } from 'yargs';
import { type EngineFlags, trainingEngineFlags } from './engine-flag.js';

/** The flags of `train` as yargs gives them. */
export interface TrainArguments extends EngineFlags {
  config: string;
  set: string[] | undefined;
  output: string | undefined;
  resume: boolean;
  overwrite: boolean;
  'dry-run': boolean;
  threads: string | undefined;
  json: boolean;
  quiet: boolean;
  'no-color': boolean;
}

const text = { string: true, nargs: 1 } as const;
const off = { boolean: true, default: false } as const;

export const trainCommand: CommandModule<object, TrainArguments> = {
  command: 'train <config>',
  describe: 'Train a model as a config file says',
  builder: (yargs) =>
    yargs
      .positional('config', {
        type: 'string',
        demandOption: true,
        describe: 'Config file (.yaml, .json); with --resume also a run directory',
      })
      .option('set', { ...text, array: true, describe: 'Change a key of the config, as in training.epochs=3 (repeatable)' })
      .option('output', { ...text, describe: 'Run directory. Default: the one that the config names' })
      .option('resume', { ...off, describe: 'Go on from the latest checkpoint' })
      .option('overwrite', { ...off, describe: 'Replace the run that is in the run directory' })
      .option('dry-run', { ...off, describe: 'Measure a few steps, show the plan (time, memory, disk), and write nothing' })
      .options(trainingEngineFlags)
      .option('threads', { ...text, describe: 'Threads that compute; on typed-array any number gives the same result' })
      .option('json', { ...off, describe: 'Print each event as a line of JSON; the plan as one document' })
      .option('quiet', { ...off, describe: 'Show no progress and no summary, only what must be known' })
      .option('no-color', { ...off, describe: 'Use no colours, as with NO_COLOR=1' })
      .example('$0 train configs/quickstart.yaml', 'the first run')
      .example('$0 train my.yaml --dry-run', 'how long it will take, and what')
      .example('$0 train my.yaml --set model.layers=3', 'a key changed')
      .example('$0 train runs/my --resume', 'go on where it stopped'),
  handler: async (args) => {
    if (args['dry-run']) {
      const { showForecast } = await import('./dry-run.js');
      return showForecast(args);
    }
    const { showTraining } = await import('./show-training.js');
    await showTraining(args);
  },
};
