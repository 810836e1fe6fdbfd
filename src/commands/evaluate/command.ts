import type { CommandModule } from 'yargs';
import { UserError } from '../../foundation/errors.js';
import { standardError, standardOutput } from '../../ui/output.js';
import { type EngineFlags, engineChoice, engineFlags } from '../shared/engine-flag.js';
import { computedModelArgument, pathArgument, textFlag, unknownFlag, unknownPolicy } from '../shared/flags.js';
import { type IntervalFlags, intervalFlags, intervalOptions } from './interval-option.js';
import { sectionFlags, sectionOptions } from './section-options.js';
import { surprisalsToStandardOutput } from './surprisals-option.js';
import { type WindowFlags, windowFlags, windowsOf } from './windows-option.js';

const splits = ['train', 'validation', 'test'] as const;

interface EvaluateArguments extends EngineFlags, WindowFlags, IntervalFlags {
  model: string;
  text: string | undefined;
  split: string | undefined;
  unknown: string | undefined;
  json: boolean;
}

export const evaluatePerplexityCommand: CommandModule<object, EvaluateArguments> = {
  command: ['evaluate-perplexity <model> [text]', 'evaluate'],
  describe: 'Measure how well a model predicts a text',
  builder: (yargs) =>
    yargs
      .positional('model', computedModelArgument)
      .positional('text', {
        ...pathArgument,
        describe: 'Text file (UTF-8) to predict; - is standard input. Default: a split of the corpus of the model',
      })
      .option('split', {
        ...textFlag,
        describe: `Split of the corpus that the model's config names: ${splits.join(', ')}. Default: test, if there is one, or validation`,
      })
      .option('unknown', unknownFlag)
      .options(engineFlags)
      .options(windowFlags)
      .options(intervalFlags)
      .options(sectionFlags)
      .option('json', { boolean: true, default: false, describe: 'Print one JSON document' })
      .example('$0 evaluate-perplexity runs/quickstart', 'on the test split')
      .example('$0 evaluate-perplexity model.safetensors novel.txt', 'on a text of your own')
      .epilogue(
        [
          'The evaluation is exact: the text is read as one stream, the state is carried from beginning to end, and every token except the first is predicted once.',
          'Bits per character and per byte divide by all the text after its first token, blanks and line ends included. They do not include the cost of spelling out words that are <unk>.',
          'A model that reads backward predicts every token except the last one, from the text after it. A bidirectional model also has a section with the perplexity of each direction, and the pseudo-perplexity of both: of each token given all other tokens.',
          'A text may be larger than memory: its tokens are then kept in the cache folder. The further measurements, --surprisals, --heatmap and --compare hold all of it in memory.',
          'A word (--unit word) is a run of characters without white space; the white space before it counts with it.',
        ].join('\n\n'),
      ),
  handler: async ({ model, text, split, unknown, json, ...flags }) => {
    if (text !== undefined && split !== undefined) throw new UserError('usage', 'TEXT and --split: give one of them');
    const chosen = splits.find((name) => name === split);
    if (split !== undefined && chosen === undefined)
      throw new UserError('usage', `--split ${JSON.stringify(split)}: allowed are ${splits.join(', ')}`);
    const given = { ...flags, model, json };
    const options = {
      unknown: unknownPolicy(unknown),
      engine: engineChoice(flags, model),
      windows: windowsOf(flags),
      interval: intervalOptions(flags),
      sections: sectionOptions.map((option) => option.request(given)).filter((section) => section !== undefined),
      output: surprisalsToStandardOutput(flags) ? standardError : standardOutput,
    };
    const { reportPerplexity } = await import('./report-perplexity.js');
    await reportPerplexity({ model, text, split: chosen, json, ...options });
  },
};
