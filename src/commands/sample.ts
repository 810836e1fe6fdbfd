import type { ArgumentsCamelCase, CommandModule } from 'yargs';
import { type EngineFlags, engineFlags } from './engine-flag.js';
import { computedModelArgument } from './model-argument.js';

interface Flags extends EngineFlags {
  model: string;
  prompt: string[] | undefined;
  'prompt-file': string | undefined;
  prompts: string | undefined;
  interactive: boolean;
  'max-tokens': string | undefined;
  'min-tokens': string | undefined;
  stop: string[] | undefined;
  'end-at-eos': boolean;
  regex: string | undefined;
  temperature: string | undefined;
  'top-k': string | undefined;
  'top-p': string | undefined;
  'min-p': string | undefined;
  'repetition-penalty': string | undefined;
  'frequency-penalty': string | undefined;
  'presence-penalty': string | undefined;
  'penalty-window': string | undefined;
  seed: string | undefined;
  'num-samples': string | undefined;
  'best-of': string | undefined;
  'best-by': string | undefined;
  beams: string | undefined;
  'length-penalty': string | undefined;
  'show-probabilities': boolean;
  'show-alternatives': string | undefined;
  raw: boolean;
  json: boolean;
}

export type SampleArguments = ArgumentsCamelCase<Flags>;

const value = { string: true, nargs: 1 } as const;
const values = { ...value, array: true } as const;
const yes = { boolean: true, default: false } as const;

const [beginning, ending, choosing, several, showing] = [
  'What to go on from:',
  'Where a text ends:',
  'How each token is chosen:',
  'Several texts:',
  'What is shown:',
].map((group) => ({ group }));

export const sampleCommand: CommandModule<object, Flags> = {
  command: 'sample <model>',
  describe: 'Write text with a trained model',
  builder: (yargs) =>
    yargs
      .positional('model', computedModelArgument)
      .option('prompt', {
        ...value,
        ...beginning,
        alias: 'p',
        // Not an array to yargs, which would take no `-` as an element of one.
        coerce: (given: string | string[]) => [given].flat(),
        describe: 'Text to go on from; - reads it from standard input. Repeatable. Default: the beginning of a line',
      })
      .option('prompt-file', {
        ...value,
        ...beginning,
        describe: 'File with the text, its last line end included; - is standard input',
      })
      .option('prompts', {
        ...value,
        ...beginning,
        describe: 'File of many: each line is one, or in a .jsonl file its "prompt"',
      })
      .option('interactive', { ...yes, ...beginning, alias: 'i', describe: 'Go on from what is typed, line by line' })
      .option('max-tokens', { ...value, ...ending, alias: 'n', describe: 'Tokens to write, at most. Default 500' })
      .option('min-tokens', {
        ...value,
        ...ending,
        describe: 'Tokens before which neither --stop nor --end-at-eos ends a text',
      })
      .option('stop', { ...values, ...ending, describe: 'End a text where this string begins. Repeatable' })
      .option('end-at-eos', {
        ...yes,
        ...ending,
        describe: 'End a text at the token <eos>: with words, at the end of the line',
      })
      .option('regex', {
        ...value,
        ...ending,
        describe: 'Write only what can become a match of this regular expression, and end at one',
      })
      .option('temperature', {
        ...value,
        ...choosing,
        describe: '0: always the likeliest; below 1: safer; above 1: bolder. Default 1',
      })
      .option('top-k', { ...value, ...choosing, describe: 'Draw from the K likeliest tokens only' })
      .option('top-p', { ...value, ...choosing, describe: 'Draw from the likeliest tokens that together have probability P' })
      .option('min-p', { ...value, ...choosing, describe: 'Draw from tokens at least P times as likely as the likeliest' })
      .option('repetition-penalty', {
        ...value,
        ...choosing,
        describe: 'Divide a recent token’s logit by this, if it is above 0, or multiply',
      })
      .option('frequency-penalty', {
        ...value,
        ...choosing,
        describe: 'Take this from a token’s logit for each time that it came recently',
      })
      .option('presence-penalty', { ...value, ...choosing, describe: 'Take this once from the logit of each recent token' })
      .option('penalty-window', {
        ...value,
        ...choosing,
        describe: 'How many tokens are recent, the prompt’s included. Default 64',
      })
      .option('seed', { ...value, ...choosing, describe: 'The same seed writes the same text. Default 1' })
      .option('num-samples', { ...value, ...several, describe: 'How many texts to write from each prompt. Default 1' })
      .option('best-of', { ...value, ...several, describe: 'Write N texts for each that is shown, and show the likeliest' })
      .option('best-by', {
        ...value,
        ...several,
        describe: 'What is likeliest: the mean of a token, or the total. Default mean',
      })
      .option('beams', { ...value, ...several, describe: 'Beam search: look for the likeliest text, with N underway together' })
      .option('length-penalty', {
        ...value,
        ...several,
        describe: 'Beams are ranked by log-likelihood / length^A. Default 1, the mean',
      })
      .option('show-probabilities', {
        ...yes,
        ...showing,
        describe: 'Show with each token the probability that the model gave it',
      })
      .option('show-alternatives', { ...value, ...showing, describe: 'And beside it the K tokens that were likeliest' })
      .option('raw', { ...yes, ...showing, describe: 'Send control characters to the terminal instead of showing them' })
      .option('json', { ...yes, ...showing, describe: 'Print one JSON document, with the texts exactly as written' })
      .options(engineFlags)
      .example('$0 sample runs/quickstart -p "Once" --temperature 0.8', 'one text')
      .example('$0 sample runs/quickstart --prompts names.txt --json', 'a text for each line of a file, together')
      .example('$0 sample runs/quickstart -p "It was " --regex "(a|the) \\w+"', 'a text of a form')
      .epilogue(
        'A token is chosen in llama.cpp’s order, each step from what the one before left: what --regex allows, penalties (repetition, ' +
          'frequency, presence), top-k, top-p, min-p, temperature. Sample i of each prompt uses stream i of the seed, whatever else is ' +
          'written. In --interactive, /help tells more.',
      ),
  handler: async (args) => {
    const { sampleRequest } = await import('./sample/request.js');
    const request = await sampleRequest(args);
    if ('interactive' in request) {
      const { interact } = await import('./sample/interactive.js');
      await interact(request);
    } else {
      const { writeSamples } = await import('./sample/write-samples.js');
      await writeSamples(request);
    }
  },
};
