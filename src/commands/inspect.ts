import type { CommandModule } from 'yargs';

interface InspectArguments {
  readonly model: string;
  readonly vocabulary: boolean;
  readonly json: boolean;
}

const off = { boolean: true, default: false } as const;

export const inspectCommand: CommandModule<object, InspectArguments> = {
  command: 'inspect <model>',
  describe: 'Show what a model is and how it came about',
  builder: (yargs) =>
    yargs
      .positional('model', {
        type: 'string',
        demandOption: true,
        describe: 'Model file, checkpoint, run directory, .onnx file from export, or any other safetensors file',
      })
      .option('vocabulary', { ...off, describe: 'List all tokens with their ids' })
      .option('json', { ...off, describe: 'Print one JSON document' })
      .example('$0 inspect runs/quickstart', 'a run: its model, losses and checkpoints')
      .example('$0 inspect model.safetensors --vocabulary', 'the tokens, too')
      .epilogue(
        'Of each parameter: its shape, how many numbers it holds, their Euclidean norm, mean, standard deviation, least and largest. ' +
          'Every byte of a file that Textloom wrote is checked against the SHA-256 in it.',
      ),
  handler: async (args) => {
    const { showModel } = await import('./inspect/show-model.js');
    await showModel(args);
  },
};
