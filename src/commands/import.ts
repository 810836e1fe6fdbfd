import type { CommandModule } from 'yargs';
import { UserError } from '../errors.js';
import { oneOf } from './engine-flag.js';

const nonlinearities = ['tanh', 'relu'] as const;
const resets = ['after', 'before'] as const;
const tokenizers = ['character', 'word', 'byte'] as const;

interface ImportArguments {
  file: string;
  output: string | undefined;
  map: string | undefined;
  vocabulary: string | undefined;
  tokenizer: string | undefined;
  nonlinearity: string | undefined;
  reset: string | undefined;
  overwrite: boolean;
  json: boolean;
}

const text = { string: true, nargs: 1 } as const;

export const importCommand: CommandModule<object, ImportArguments> = {
  command: 'import <file>',
  describe: 'Make a model of PyTorch weights',
  builder: (yargs) =>
    yargs
      .positional('file', {
        type: 'string',
        demandOption: true,
        describe: 'Safetensors file with the state dict of an LSTM, GRU or RNN language model',
      })
      .option('output', { ...text, alias: 'o', describe: 'Model file to write (required)' })
      .option('map', { ...text, describe: 'File (YAML or JSON) that says what their tensors are called. Default: guessed' })
      .option('vocabulary', {
        ...text,
        describe: 'Tokens in the order of their ids: one a line, a list or map in JSON, a tokenizer.json, or a Textloom model',
      })
      .option('tokenizer', {
        ...text,
        describe: `What the tokens of a list are: ${tokenizers.join(', ')} (byte needs no list). Default: as they look`,
      })
      .option('nonlinearity', { ...text, describe: `Of a plain recurrent network: ${nonlinearities.join(', ')}. Default tanh` })
      .option('reset', { ...text, describe: `Where a GRU's reset gate acts: ${resets.join(', ')} the product. Default after` })
      .option('overwrite', { boolean: true, default: false, describe: 'Replace a file that is there' })
      .option('json', { boolean: true, default: false, describe: 'Print one JSON document' })
      .example('$0 import weights.safetensors -o model.safetensors --vocabulary tokens.txt', 'names are guessed')
      .epilogue(
        'A map has a line for each name that is guessed wrongly, ours first: "rnn: model.lstm", "decoder.weight: head.w"; and "ignore:" with ' +
          'a list of tensors that are no part of the model.\nIn a vocabulary of lines, a line feed is \\n, a space \\s or itself, a backslash \\\\.',
      ),
  handler: async (args) => {
    const { file, output, map, vocabulary, overwrite, json } = args;
    if (output === undefined || output === '')
      throw new UserError('usage', '--output is missing: the path of the model file to write');
    const tokenizer = args.tokenizer === undefined ? undefined : oneOf(tokenizers, args.tokenizer, '--tokenizer');
    if (tokenizer === 'byte' && vocabulary !== undefined)
      throw new UserError('usage', '--tokenizer byte and --vocabulary: give one of them; bytes are their own vocabulary');
    if (tokenizer !== undefined && tokenizer !== 'byte' && vocabulary === undefined)
      throw new UserError('usage', `--tokenizer ${tokenizer} needs --vocabulary FILE, the tokens in the order of their ids`);
    const { importFile } = await import('./import-file.js');
    await importFile({
      file,
      output,
      map,
      vocabulary: tokenizer === 'byte' ? 'byte' : vocabulary === undefined ? undefined : { file: vocabulary, type: tokenizer },
      nonlinearity: args.nonlinearity === undefined ? undefined : oneOf(nonlinearities, args.nonlinearity, '--nonlinearity'),
      reset: args.reset === undefined ? undefined : oneOf(resets, args.reset, '--reset'),
      overwrite,
      json,
    });
  },
};
