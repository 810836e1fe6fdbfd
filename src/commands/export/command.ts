import { extname } from 'node:path';
import type { CommandModule } from 'yargs';
import { UserError } from '../../foundation/errors.js';
import { modelArgument, oneOf, pathFlag, textFlag } from '../shared/flags.js';
import { type ExportTarget, targets } from './arguments.js';
import type { ExportRequest } from './formats.js';
import { type HubArguments, hubFlags } from './hub-flags.js';

const directions = ['forward', 'backward'] as const;
const forms = ['auto', 'operators', 'scan'] as const;
const precisions = ['float32', 'float16', 'int8'] as const;

interface ExportArguments extends HubArguments {
  model: string;
  to: string | undefined;
  output: string | undefined;
  form: string | undefined;
  precision: string | undefined;
  text: string | undefined;
  direction: string | undefined;
  contextual: boolean;
  word: string[] | undefined;
  'no-verify': boolean;
  'with-training': boolean;
  overwrite: boolean;
  json: boolean;
}

const flag = { boolean: true, default: false } as const;

export const exportCommand: CommandModule<object, ExportArguments> = {
  command: 'export <model>',
  describe: 'Export a model: as a web page, for the Hugging Face Hub, ONNX, PyTorch, safetensors, word vectors',
  builder: (yargs) =>
    yargs
      .positional('model', modelArgument)
      .option('to', {
        ...textFlag,
        describe: `What to write: ${targets.join(', ')}. Default: by the file name of the output`,
      })
      .option('output', { ...pathFlag, alias: 'o', describe: 'File to write; Hub: folder. Default: beside the model' })
      .option('form', {
        ...textFlag,
        describe: `ONNX: how recurrent layers are written: ${forms.join(', ')}. operators: LSTM, GRU or RNN; scan: the equations of the cell. Default auto: operators where ONNX has one`,
      })
      .option('precision', { ...textFlag, describe: `ONNX and HTML: ${precisions.join(', ')}. Default float32` })
      .option('text', {
        ...pathFlag,
        describe:
          'Text file; - is standard input. ONNX and HTML in float16 or int8: on which the loss is measured; default: the test or validation split. --contextual: with a text in each line',
      })
      .option('direction', {
        ...textFlag,
        describe: 'Which stack of a bidirectional model to write: forward, backward. Default forward',
      })
      .option('contextual', {
        ...flag,
        describe: 'Vectors: of each --word in the lines of --text, instead of the embedding',
      })
      .option('word', { ...textFlag, array: true, describe: 'Word whose vectors --contextual writes. Repeatable' })
      .option('no-verify', { ...flag, describe: 'ONNX: write the file without running it; needs no onnxruntime-node' })
      .option('with-training', { ...flag, describe: 'HTML: a network can also learn in the page' })
      .options(hubFlags)
      .option('overwrite', { ...flag, describe: 'Replace existing files' })
      .option('json', { ...flag, describe: 'Print one JSON document' })
      .example('$0 export runs/quickstart --to onnx', 'one file for ONNX runtimes')
      .example('$0 export model.safetensors -o small.onnx --precision int8', 'a quarter of the size')
      .example('$0 export runs/quickstart -o model.html --precision int8', 'a page that writes, in any browser')
      .example('$0 export model.safetensors --to pytorch', 'weights and a Python module')
      .example('$0 export model.safetensors --to vectors', 'the embedding as text, for other models')
      .example('$0 export runs/fill --to vectors --contextual --text a.txt --word fox', 'a vector for each fox in a.txt')
      .example('$0 export runs/books --to hub -o books --license mit', 'then: hf upload OWNER/books books')
      .epilogue(
        'An ONNX file is written only if its logits in onnxruntime agree with those of the model within 1e-4 of the largest logit, for ' +
          'batches of 1, 3, 16 and 1, 7, 50 time steps (fewer for large vocabularies) with the state carried. float16 and int8 are measured by perplexity, on at most 20,000 tokens. ' +
          'An HTML file contains the model and everything else that it needs; in float32 it writes the texts of sample with the same seed. ' +
          'For the Hub, a folder is written, without a network: model card, model, tokenizer, Python code. The program hf of Hugging Face publishes it.',
      ),
  handler: async (args) => {
    const {
      model,
      output,
      text: file,
      noVerify,
      withTraining,
      overwrite,
      json,
    } = args as typeof args & {
      noVerify: boolean;
      withTraining: boolean;
    };
    const to = targetOf(args.to, output);
    const direction = args.direction === undefined ? undefined : oneOf(directions, args.direction, '--direction');
    if (direction !== undefined && to === 'vectors')
      throw new UserError('usage', '--direction and --to vectors: both stacks share the embedding; leave --direction out');
    const contextual = contextualRequest(to, args);
    const precision = oneOf(precisions, args.precision ?? 'float32', '--precision');
    const form = oneOf(forms, args.form ?? 'auto', '--form');
    refuseIdleFlags(to, {
      '--form': args.form !== undefined && to !== 'onnx',
      '--precision': args.precision !== undefined && to !== 'onnx' && to !== 'html',
      '--text': file !== undefined && contextual === undefined && to !== 'onnx' && to !== 'html',
      '--no-verify': noVerify && to !== 'onnx',
      '--with-training': withTraining && to !== 'html',
      '--direction': direction !== undefined && (to === 'html' || to === 'hub'),
      ...Object.fromEntries(hubNames.map((name) => [`--${name}`, args[name] !== undefined && to !== 'hub'])),
    });
    if (file !== undefined && precision === 'float32' && contextual === undefined)
      throw new UserError('usage', '--text and --precision float32: the loss is measured for float16 and int8 only');
    if (file !== undefined && noVerify)
      throw new UserError(
        'usage',
        '--text and --no-verify: without running the file, its loss cannot be measured; give one of them',
      );
    const { writeExport } = await import('./run.js');
    await writeExport({
      model,
      to,
      output,
      form,
      precision,
      text: file,
      verify: !noVerify,
      training: withTraining,
      direction,
      contextual,
      hub: to === 'hub' ? (await import('./hub-request.js')).hubRequest(args) : undefined,
      overwrite,
      json,
    });
  },
};

/** @throws UserError usage for flags that this target does not have */
function refuseIdleFlags(to: ExportTarget, flags: Readonly<Record<string, boolean>>): void {
  const idle = Object.keys(flags).filter((flag) => flags[flag]);
  if (idle.length === 0) return;
  const owner = ofHtml.includes(idle[0]!) ? 'html' : idle[0]!.slice(2) in hubFlags ? 'hub' : 'onnx';
  const stacks = to === 'hub' ? 'a repository has both stacks' : 'a page writes with the stack that reads forward';
  const why = idle.includes('--direction') ? `${stacks}; leave it out` : `only --to ${owner} has this option`;
  throw new UserError('usage', `${idle.join(', ')} and --to ${to}: ${why}`);
}

const ofHtml = ['--with-training'];
const hubNames = Object.keys(hubFlags) as (keyof typeof hubFlags)[];

/** @throws UserError usage for flags of --contextual that are missing or have no effect */
function contextualRequest(
  to: ExportTarget,
  { contextual, text, word: words }: Pick<ExportArguments, 'contextual' | 'text' | 'word'>,
): ExportRequest['contextual'] {
  if (!contextual) {
    if (words === undefined) return undefined;
    throw new UserError('usage', '--word without --contextual: the embedding has all tokens; give both, or neither');
  }
  if (to !== 'vectors') throw new UserError('usage', `--contextual and --to ${to}: only --to vectors has this option`);
  if (text === undefined || words === undefined || words.length === 0)
    throw new UserError('usage', '--contextual needs --text, with a text in each line, and --word');
  const unfit = words.find((word) => word === '' || /\s/.test(word));
  if (unfit !== undefined)
    throw new UserError('usage', `--word ${JSON.stringify(unfit)}: a word without white space is expected`);
  return { text, words };
}

const byExtension: ReadonlyMap<string, ExportTarget> = new Map([
  ['.onnx', 'onnx'],
  ['.html', 'html'],
  ['.py', 'pytorch'],
  ['.safetensors', 'safetensors'],
  ['.vec', 'vectors'],
]);

/** @throws UserError usage when neither the flag nor the output's name determines the format, or when they contradict each other */
function targetOf(to: string | undefined, output: string | undefined): ExportTarget {
  const named = output === undefined ? undefined : byExtension.get(extname(output).toLowerCase());
  if (to === undefined) {
    if (named !== undefined) return named;
    throw new UserError('usage', `--to is missing: what to write (${targets.join(', ')})`);
  }
  const target = oneOf(targets, to, '--to');
  if (target === 'hub' && named === undefined) return target;
  // PyTorch's weights are a safetensors file, so either name may be given for the two files.
  const fits = named === target || (target === 'pytorch' && (named === undefined || named === 'safetensors'));
  if (output === undefined || fits) return target;
  if (target === 'hub') throw new UserError('usage', `--output ${output} and --to hub: the name of a folder is expected`);
  const wanted = { onnx: '.onnx', html: '.html', pytorch: '.py', safetensors: '.safetensors', vectors: '.vec' }[target];
  throw new UserError('usage', `--output and --to ${target}: the name of such a file ends in ${wanted}`);
}
