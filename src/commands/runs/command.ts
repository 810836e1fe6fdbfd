import type { CommandModule } from 'yargs';
import { UserError } from '../../foundation/errors.js';
import { pathArgument, textFlag } from '../shared/flags.js';

interface RunsArguments {
  readonly folder: string;
  readonly sort: string | undefined;
  readonly reverse: boolean;
  readonly filter: string[] | undefined;
  readonly watch: boolean;
  readonly json: boolean;
  readonly csv: boolean;
}

const off = { boolean: true, default: false } as const;

export const runsCommand: CommandModule<object, RunsArguments> = {
  command: 'runs [folder]',
  describe: 'Compare runs: their losses, speed, state, and the keys in which their configs differ',
  builder: (yargs) =>
    yargs
      .positional('folder', { ...pathArgument, default: 'runs', describe: 'Folder with run directories, at any depth' })
      .option('sort', {
        ...textFlag,
        describe: 'Sort by a column or a key of the config, such as validation or learningRate, from low to high',
      })
      .option('reverse', { ...off, describe: 'Sort from high to low' })
      .option('filter', {
        ...textFlag,
        array: true,
        describe: "Show only runs that meet a condition: state=running, 'validation<1.5', cell!=lstm (repeatable)",
      })
      .option('watch', { ...off, describe: 'Draw the table again every 2 seconds, until Ctrl-C' })
      .option('json', { ...off, describe: 'Print one JSON document' })
      .option('csv', { ...off, describe: 'Print comma-separated values' })
      .example('$0 runs', 'the runs in the folder runs')
      .example('$0 runs --sort validation', 'the best run first')
      .example('$0 runs --filter state=running --watch', 'follow the runs that are active')
      .epilogue(
        'validation is the lowest loss of all validations, test the loss of the best model on the test split, both in nats per token. ' +
          'They compare only between runs on the same text with the same tokens. tokens/s and time include validations and checkpoints. ' +
          'JSON and CSV have further columns: training, bestStep, engine, threads, changed, message, problem.',
      ),
  handler: async ({ folder, sort, reverse, filter, watch, json, csv }) => {
    const forms = [watch && '--watch', json && '--json', csv && '--csv'].filter((flag) => flag !== false);
    if (forms.length > 1) throw new UserError('usage', `${forms.join(' and ')}: give one of them`);
    if (reverse && sort === undefined) throw new UserError('usage', '--reverse needs --sort: name the column to sort by');
    const { listRuns } = await import('./run.js');
    await listRuns({ folder, sort, reverse, filters: filter ?? [], watch, form: json ? 'json' : csv ? 'csv' : 'table' });
  },
};
