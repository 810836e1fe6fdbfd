import type { CommandModule } from 'yargs';
import { engineFlags } from '../shared/engine-flag.js';
import { computedModelArgument, numericFlag, pathFlag, textFlag, unknownFlag } from '../shared/flags.js';
import type { SampleFlags } from './arguments.js';

const texts = { ...textFlag, array: true } as const;
const yes = { boolean: true, default: false } as const;

const [beginning, ending, choosing, several, showing] = [
  'Prompt:',
  'Where a text ends:',
  'How each token is chosen:',
  'Several texts:',
  'What is shown:',
].map((group) => ({ group }));

export const sampleCommand: CommandModule<object, SampleFlags> = {
  command: 'sample <model>',
  describe: 'Write text with a trained model',
  builder: async (yargs) =>
    yargs
      .positional('model', computedModelArgument)
      .option('prompt', {
        ...textFlag,
        ...beginning,
        alias: 'p',
        // Not an array for yargs, which would not accept `-` as an element.
        coerce: (given: string | string[]) => [given].flat(),
        describe: 'Text to continue; - reads it from standard input. Repeatable. Default: the start of a line',
      })
      .option('prompt-file', {
        ...pathFlag,
        ...beginning,
        describe: 'File that holds the prompt, its last line end included; - is standard input',
      })
      .option('prompts', {
        ...pathFlag,
        ...beginning,
        describe: 'File with many prompts: one in each line; in a .jsonl file, the value of "prompt"',
      })
      .option('interactive', { ...yes, ...beginning, alias: 'i', describe: 'Continue what you type, line by line' })
      .option('unknown', { ...unknownFlag, ...beginning })
      .option('max-tokens', {
        ...numericFlag,
        ...ending,
        alias: 'n',
        describe: 'Largest number of tokens to write. Default 500',
      })
      .option('min-tokens', {
        ...numericFlag,
        ...ending,
        describe: 'Tokens to write before --stop or --end-at-eos may end a text',
      })
      .option('stop', { ...texts, ...ending, describe: 'End a text where this string begins. Repeatable' })
      .option('end-at-eos', {
        ...yes,
        ...ending,
        describe: 'End a text at the token <eos>: with words, at the end of the line',
      })
      .option('regex', {
        ...textFlag,
        ...ending,
        describe: 'Write only text that can still match this regular expression, and end at a match',
      })
      .option('temperature', {
        ...numericFlag,
        ...choosing,
        describe: '0: always the most probable token; below 1: less random; above 1: more random. Default 1',
      })
      .options((await filters()).flags)
      .option('repetition-penalty', {
        ...numericFlag,
        ...choosing,
        describe: 'Divide the logit of each recent token by this if it is positive, else multiply it',
      })
      .option('frequency-penalty', {
        ...numericFlag,
        ...choosing,
        describe: 'Subtract this from a token’s logit for each recent occurrence',
      })
      .option('presence-penalty', {
        ...numericFlag,
        ...choosing,
        describe: 'Subtract this once from the logit of each recent token',
      })
      .option('penalty-window', {
        ...numericFlag,
        ...choosing,
        describe: 'Number of tokens that count as recent, those of the prompt included. Default 64',
      })
      .option('seed', { ...numericFlag, ...choosing, describe: 'The same seed writes the same text. Default 1' })
      .option('num-samples', { ...numericFlag, ...several, describe: 'Number of texts to write for each prompt. Default 1' })
      .option('best-of', {
        ...numericFlag,
        ...several,
        describe: 'Write N texts for each one that is shown, and show the most probable',
      })
      .option('best-by', {
        ...textFlag,
        ...several,
        describe: 'How --best-of ranks texts: by log-likelihood per token (mean) or of the whole text (total). Default mean',
      })
      .option('beams', { ...numericFlag, ...several, describe: 'Beam search: look for the most probable text with N beams' })
      .option('length-penalty', {
        ...numericFlag,
        ...several,
        describe: 'Rank beams by log-likelihood / length^A. Default 1: the mean per token',
      })
      .option('show-probabilities', {
        ...yes,
        ...showing,
        describe: 'Show the probability of each token under the model',
      })
      .option('show-alternatives', {
        ...numericFlag,
        ...showing,
        describe: 'Also show the K most probable tokens at each place',
      })
      .option('show-attention', {
        ...yes,
        ...showing,
        describe: 'Show what each layer with attention looks at before it predicts each token',
      })
      .option('raw', { ...yes, ...showing, describe: 'Send control characters to the terminal instead of showing them' })
      .option('json', { ...yes, ...showing, describe: 'Print one JSON document, with the texts exactly as written' })
      .options(engineFlags)
      .example('$0 sample runs/quickstart -p "Once" --temperature 0.8', 'one text')
      .example('$0 sample runs/quickstart --prompts names.txt --json', 'one text for each line of a file')
      .example('$0 sample runs/quickstart -p "It was " --regex "(a|the) \\w+"', 'text of a given form')
      .epilogue(
        'The steps that choose a token come in the order of llama.cpp: --regex, penalties (repetition, frequency, presence), ' +
          `${(await filters()).order}, temperature. ` +
          'Sample i of each prompt uses random stream i of the seed, so that it does not depend on other ' +
          'samples. In --interactive, type /help for its commands. A model that reads backward writes the text before the prompt.',
      ),
  handler: async (args) => {
    const { sampleRequest } = await import('./request.js');
    const request = await sampleRequest(args);
    if ('interactive' in request) {
      const { interact } = await import('./interactive.js');
      await interact(request);
    } else {
      const { writeSamples } = await import('./run.js');
      await writeSamples(request);
    }
  },
};

/** The flags of all filters, and their order in words. The registry is loaded only when the command is called. */
async function filters() {
  const { tokenFilters } = await import('../../sample/token-filters.js');
  const flags = tokenFilters.map(({ flag, describe }) => [flag, { ...numericFlag, ...choosing, describe }] as const);
  type Flag = (typeof flags)[number];
  return {
    flags: Object.fromEntries(flags) as Record<Flag[0], Flag[1]>,
    order: tokenFilters.map(({ flag }) => flag).join(', '),
  };
}
