import type { CommandModule } from 'yargs';
import { UserError } from '../errors.js';
import { type EngineFlags, engineChoice, engineFlags } from './engine-flag.js';
import { type IntervalFlags, intervalFlags, intervalOptions } from './evaluate/interval-option.js';
import { sectionFlags, sectionOptions } from './evaluate/section-options.js';
import { surprisalsToStandardOutput } from './evaluate/surprisals-option.js';
import { type WindowFlags, windowFlags, windowsOf } from './evaluate/windows-option.js';
import { computedModelArgument } from './model-argument.js';

const splits = ['train', 'validation', 'test'] as const;

interface EvaluateArguments extends EngineFlags, WindowFlags, IntervalFlags {
  model: string;
  text: string | undefined;
  split: string | undefined;
  json: boolean;
}

export const evaluatePerplexityCommand: CommandModule<object, EvaluateArguments> = {
  command: ['evaluate-perplexity <model> [text]', 'evaluate'],
  describe: 'Measure how well a model predicts a text',
  builder: (yargs) =>
    yargs
      .positional('model', computedModelArgument)
      .positional('text', {
        type: 'string',
        describe: 'Text file (UTF-8) to predict. Default: a split of the corpus of the model',
      })
      .option('split', {
        string: true,
        nargs: 1,
        describe: `Split of the corpus that the model's config names: ${splits.join(', ')}. Default: test, if there is one, or validation`,
      })
      .options(engineFlags)
      .options(windowFlags)
      .options(intervalFlags)
      .options(sectionFlags)
      .option('json', { boolean: true, default: false, describe: 'Print one JSON document' })
      .example('$0 evaluate-perplexity runs/quickstart', 'on the test split')
      .example('$0 evaluate-perplexity model.safetensors novel.txt', 'on a text of your own')
      .epilogue(
        [
          'Exact: the text is read as one stream, the state carried from beginning to end, every token but the first predicted once.',
          'Bits per character and byte are by the text after its first token, blanks and line ends included; what it would take to spell out words that are <unk> is not in them.',
          'A text of any length will do: a large one is not held in memory, and its tokens are kept in the cache folder. Whatever looks further than the perplexity, and --surprisals, --heatmap and --compare, holds all of it.',
          'Words (--unit word) are what stands between white space; a blank counts with the word after it.',
        ].join('\n\n'),
      ),
  handler: async ({ model, text, split, json, ...flags }) => {
    if (text !== undefined && split !== undefined) throw new UserError('usage', 'TEXT and --split: give one of them');
    const chosen = splits.find((name) => name === split);
    if (split !== undefined && chosen === undefined)
      throw new UserError('usage', `--split ${JSON.stringify(split)}: allowed are ${splits.join(', ')}`);
    const given = { ...flags, model, json };
    const options = {
      engine: engineChoice(flags, model),
      windows: windowsOf(flags),
      interval: intervalOptions(flags),
      sections: sectionOptions.map((option) => option.request(given)).filter((section) => section !== undefined),
      output: surprisalsToStandardOutput(flags) ? process.stderr : process.stdout,
    };
    const { reportPerplexity } = await import('./report-perplexity.js');
    await reportPerplexity({ model, text, split: chosen, json, ...options });
  },
};
