import type { CommandModule } from 'yargs';
import { UserError } from '../errors.js';
import { type EngineFlags, engineChoice, engineFlags } from './engine-flag.js';
import { sectionFlags, sectionOptions } from './evaluate/section-options.js';
import { modelArgument } from './model-argument.js';

const splits = ['train', 'validation', 'test'] as const;

interface EvaluateArguments extends EngineFlags {
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
      .positional('model', modelArgument)
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
      .options(sectionFlags)
      .option('json', { boolean: true, default: false, describe: 'Print one JSON document' })
      .example('$0 evaluate-perplexity runs/quickstart', 'on the test split')
      .example('$0 evaluate-perplexity model.safetensors novel.txt', 'on a text of your own')
      .epilogue(
        'Exact: the text is read as one stream, the state carried from beginning to end, every token but the first predicted once.',
      ),
  handler: async ({ model, text, split, json, ...flags }) => {
    if (text !== undefined && split !== undefined) throw new UserError('usage', 'TEXT and --split: give one of them');
    const chosen = splits.find((name) => name === split);
    if (split !== undefined && chosen === undefined)
      throw new UserError('usage', `--split ${JSON.stringify(split)}: allowed are ${splits.join(', ')}`);
    const sections = sectionOptions.map((option) => option.request(flags)).filter((section) => section !== undefined);
    const { reportPerplexity } = await import('./report-perplexity.js');
    await reportPerplexity({ model, text, split: chosen, engine: engineChoice(flags), sections, json });
  },
};
