import type { CommandModule } from 'yargs';
import { numericFlag, pathArgument, pathFlag, textFlag } from '../shared/flags.js';
import type { TuneArguments } from './arguments.js';

const off = { boolean: true, default: false } as const;

export const tuneCommand: CommandModule<object, TuneArguments> = {
  command: 'tune <config>',
  describe: 'Search for better values of keys of a config, within a budget of time',
  builder: (yargs) =>
    yargs
      .positional('config', { ...pathArgument, demandOption: true, describe: 'Config file (.yaml, .json)' })
      .option('search', {
        ...textFlag,
        array: true,
        describe:
          'A key and its range: key=linear(0,0.5), log(1e-4,1e-1), integer(1,3), log-integer(32,512), or values as in lstm,gru (repeatable). ' +
          'Default: training.optimizer.learningRate from a thirtieth to ten times its value',
      })
      .option('set', {
        ...textFlag,
        array: true,
        describe: 'Change a key of the config, as in training.batchSize=16 (repeatable)',
      })
      .option('budget', {
        ...textFlag,
        describe: 'Time for the whole search, such as 30m or 2h; a quarter is for repeating the best with other seeds',
      })
      .option('trials', { ...numericFlag, describe: 'Number of candidates, in place of or beside the budget' })
      .option('steps', { ...numericFlag, describe: 'Steps of a whole training. Default: as in the config' })
      .option('parallel', { ...numericFlag, describe: 'Trainings side by side. Default: as many as there are cores for' })
      .option('threads', { ...numericFlag, describe: 'Threads of each training. Default: as in the config, or 1' })
      .option('output', { ...pathFlag, describe: 'Folder of the search. Default: output of the config with -tune' })
      .option('resume', { ...off, describe: 'Continue a search that was stopped; a larger budget continues a complete one' })
      .option('json', { ...off, describe: 'Print each event as a line of JSON, and the result as the last one' })
      .example(
        "$0 tune my.yaml --search 'training.optimizer.learningRate=log(1e-4,1e-1)' --search 'model.dropout=linear(0,0.5)' --budget 2h",
        'search for two keys',
      )
      .example('$0 tune my.yaml --budget 30m', 'search for the learning rate alone')
      .example('$0 report runs/my-tune', 'then: show what was found, with a plot')
      .epilogue(
        'Candidates are trained for a part of the steps, with the learning rate annealed at its end; the best third continues from there to ' +
          'three times as many (successive halving). The best three and the config itself are trained to the end with three seeds. The folder gets ' +
          'best.yaml, a config for train, and a run directory for each training.',
      ),
  handler: async (args) => {
    const { tune } = await import('./run.js');
    await tune(args);
  },
};
