import type { CommandModule } from 'yargs';
import { UserError } from '../../foundation/errors.js';
import type { CellHints } from '../../import/cell-hints.js';
import { oneOf, pathArgument, pathFlag, textFlag } from '../shared/flags.js';

const tokenizers = ['character', 'word', 'byte'] as const;

interface ImportArguments {
  file: string;
  output: string | undefined;
  map: string | undefined;
  vocabulary: string | undefined;
  tokenizer: string | undefined;
  overwrite: boolean;
  json: boolean;
}

export const importCommand: CommandModule<object, ImportArguments> = {
  command: 'import <file>',
  describe: 'Make a model from PyTorch weights',
  builder: async (yargs) =>
    yargs
      .positional('file', {
        ...pathArgument,
        demandOption: true,
        describe: 'Safetensors file with the state dict of an LSTM, GRU or RNN language model',
      })
      .option('output', { ...pathFlag, alias: 'o', describe: 'Model file to write (required)' })
      .option('map', {
        ...pathFlag,
        describe: 'File (YAML or JSON) with the names of the tensors in the file. Default: guessed',
      })
      .option('vocabulary', {
        ...pathFlag,
        describe: 'Tokens in the order of their ids: one a line, a list or map in JSON, a tokenizer.json, or a Textloom model',
      })
      .option('tokenizer', {
        ...textFlag,
        describe: `What the tokens of a list are: ${tokenizers.join(', ')} (byte needs no list). Default: guessed from the list`,
      })
      .options((await cellFlags()) as Record<never, never>)
      .option('overwrite', { boolean: true, default: false, describe: 'Replace an existing file' })
      .option('json', { boolean: true, default: false, describe: 'Print one JSON document' })
      .example('$0 import weights.safetensors -o model.safetensors --vocabulary tokens.txt', 'guess which tensor is which')
      .epilogue(
        'A map has one line for each name that would be guessed wrongly, the name in Textloom first: "rnn: model.lstm", "decoder.weight: head.w". ' +
          '"ignore:" lists tensors that do not belong to the model.\nIn a vocabulary with one token in each line, write \\n for a line feed, \\s for a space, \\\\ for a backslash.',
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
    const { importFile } = await import('./run.js');
    await importFile({
      file,
      output,
      map,
      vocabulary: tokenizer === 'byte' ? 'byte' : vocabulary === undefined ? undefined : { file: vocabulary, type: tokenizer },
      hints: await hintsOf(args as unknown as Readonly<Record<string, string | undefined>>),
      overwrite,
      json,
    });
  },
};

/** Loaded only when the command is called: loading the registry of cells would slow down every start of the program. */
async function importOptions() {
  const { importOptions } = await import('../../import/cell-hints.js');
  return importOptions();
}

/** The flags for properties of a cell that names and shapes of tensors do not show; their names are those of the cells' options. */
async function cellFlags() {
  const flags = (await importOptions()).map(({ name, type, option }) => {
    const describe = `Of the cell ${type}: ${option.values.join(', ')}. Default ${option.default}`;
    return [name, { ...textFlag, describe }] as const;
  });
  return Object.fromEntries(flags);
}

async function hintsOf(args: Readonly<Record<string, string | undefined>>): Promise<CellHints> {
  const given = (await importOptions()).filter(({ name }) => args[name] !== undefined);
  return Object.fromEntries(given.map(({ name, option }) => [name, oneOf(option.values, args[name]!, `--${name}`)]));
}
