import type { ArgumentsCamelCase, CommandModule } from 'yargs';
import { UserError } from '../errors.js';
import type { GenerationOptions } from '../sample/generate.js';
import { type EngineFlags, engineChoice, engineFlags } from './engine-flag.js';
import { modelArgument } from './model-argument.js';
import { numberFlag, optionalNumberFlag } from './number-flag.js';

interface SampleArguments extends EngineFlags {
  model: string;
  prompt: string | undefined;
  'prompt-file': string | undefined;
  'max-tokens': string;
  'num-samples': string;
  temperature: string | undefined;
  'top-k': string | undefined;
  'top-p': string | undefined;
  'min-p': string | undefined;
  seed: string;
  stop: string[] | undefined;
  raw: boolean;
  json: boolean;
}

type Arguments = ArgumentsCamelCase<SampleArguments>;

const text = { string: true, nargs: 1 } as const;

export const sampleCommand: CommandModule<object, SampleArguments> = {
  command: 'sample <model>',
  describe: 'Write text with a trained model',
  builder: (yargs) =>
    yargs
      .positional('model', modelArgument)
      .option('prompt', { ...text, alias: 'p', describe: 'Text to go on from. Default: the beginning of a line' })
      .option('prompt-file', { ...text, describe: 'File with the text to go on from, its last line end included' })
      .option('max-tokens', { ...text, alias: 'n', default: '500', describe: 'Tokens to write, at most' })
      .option('num-samples', { ...text, default: '1', describe: 'How many texts to write, each from the prompt' })
      .option('temperature', { ...text, describe: '0: always the likeliest token; below 1: safer; above 1: bolder. Default 1' })
      .option('top-k', { ...text, describe: 'Draw from the K likeliest tokens only' })
      .option('top-p', { ...text, describe: 'Draw from the likeliest tokens that together have probability P' })
      .option('min-p', { ...text, describe: 'Draw from tokens at least P times as likely as the likeliest' })
      .option('seed', { ...text, default: '1', describe: 'The same seed writes the same text' })
      .option('stop', { ...text, array: true, describe: 'End a text where this string begins (repeatable)' })
      .options(engineFlags)
      .option('raw', {
        boolean: true,
        default: false,
        describe: 'Send control characters to the terminal instead of showing them',
      })
      .option('json', { boolean: true, default: false, describe: 'Print one JSON document, with the texts exactly as written' })
      .example('$0 sample runs/quickstart -p "Once" --temperature 0.8', 'one text')
      .epilogue('top-k, top-p and min-p choose in this order, each from what the one before left; the temperature comes last.'),
  handler: async (args) => {
    const { writeSamples } = await import('./write-samples.js');
    await writeSamples({
      model: args.model,
      engine: engineChoice(args),
      prompt: await promptOf(args),
      samples: numberFlag(args.numSamples, { flag: '--num-samples', from: 1, whole: true }),
      generation: generationOptions(args),
      format: formatOf(args),
    });
  },
};

/** @throws UserError usage for values out of range, and for flags that would have no effect together */
function generationOptions(args: Arguments): GenerationOptions {
  const temperature = optionalNumberFlag(args.temperature, { flag: '--temperature', from: 0 });
  const options = {
    maximumTokens: numberFlag(args.maxTokens, { flag: '--max-tokens', from: 1, whole: true }),
    temperature,
    topK: optionalNumberFlag(args.topK, { flag: '--top-k', from: 1, whole: true }),
    topP: optionalNumberFlag(args.topP, { flag: '--top-p', above: 0, to: 1 }),
    minP: optionalNumberFlag(args.minP, { flag: '--min-p', from: 0, to: 1 }),
    seed: numberFlag(args.seed, { flag: '--seed', from: 0, whole: true }),
    stop: args.stop,
  };
  if (options.stop?.includes(''))
    throw new UserError('usage', '--stop (empty): a text with at least one character is expected');
  if (temperature === 0) {
    const idle = [
      ...(args.topK === undefined ? [] : ['--top-k']),
      ...(args.topP === undefined ? [] : ['--top-p']),
      ...(args.minP === undefined ? [] : ['--min-p']),
      ...(Number(args.numSamples) > 1 ? ['--num-samples'] : []),
    ];
    if (idle.length > 0) {
      const why = 'always takes the likeliest token, whatever else could be drawn';
      throw new UserError('usage', `--temperature 0 ${why}: leave out ${idle.join(', ')}, or use a temperature above 0`);
    }
  }
  return options;
}

function formatOf({ json, raw }: Arguments): 'text' | 'raw' | 'json' {
  if (json && raw) throw new UserError('usage', '--json and --raw: give one of them; JSON has every character in it anyway');
  if (json) return 'json';
  return raw ? 'raw' : 'text';
}

async function promptOf({ prompt, promptFile }: Arguments): Promise<string> {
  if (prompt !== undefined && promptFile !== undefined) {
    throw new UserError('usage', '--prompt and --prompt-file: give one of them');
  }
  if (promptFile === undefined) return prompt ?? '';
  const { readTextFile } = await import('../text/corpus.js');
  return readTextFile(promptFile);
}
