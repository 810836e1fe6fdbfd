import type { CommandModule } from 'yargs';
import { pathArgument } from '../shared/flags.js';

interface InspectArguments {
  readonly model: string;
  readonly vocabulary: boolean;
  readonly json: boolean;
}

const off = { boolean: true, default: false } as const;

export const inspectCommand: CommandModule<object, InspectArguments> = {
  command: 'inspect <model>',
  describe: 'Show what a model is and how it was trained',
  builder: (yargs) =>
    yargs
      .positional('model', {
        ...pathArgument,
        demandOption: true,
        describe: 'Model file, checkpoint, run directory, .onnx file from export, or any other safetensors file',
      })
      .option('vocabulary', { ...off, describe: 'List all tokens with their ids' })
      .option('json', { ...off, describe: 'Print one JSON document' })
      .example('$0 inspect runs/quickstart', 'a run: its model, losses and checkpoints')
      .example('$0 inspect model.safetensors --vocabulary', 'with all tokens')
      .epilogue(
        'A curve of losses has a logarithmic axis of steps. For each parameter: shape, number of values, Euclidean norm, mean, standard ' +
          'deviation, minimum and maximum. A file that Textloom wrote is checked against the SHA-256 in it.',
      ),
  handler: async (args) => {
    const { showModel } = await import('./run.js');
    await showModel(args);
  },
};
