import type { CommandModule } from 'yargs';
import type { EngineFlags } from '../shared/engine-flag.js';
import { engineChoice, engineFlags } from '../shared/engine-flag.js';
import { modelArgument, numberFlag, numericFlag } from '../shared/flags.js';

interface FillArguments extends EngineFlags {
  readonly model: string;
  readonly text: string;
  readonly top: string | undefined;
  readonly beams: string | undefined;
  readonly 'max-length': string | undefined;
  readonly 'forward-only': boolean;
  readonly json: boolean;
}

const off = { boolean: true, default: false } as const;

export const fillCommand: CommandModule<object, FillArguments> = {
  command: 'fill <model> <text>',
  describe: 'Fill the blanks of a text with a bidirectional model',
  builder: (yargs) =>
    yargs
      .positional('model', modelArgument)
      .positional('text', {
        type: 'string',
        demandOption: true,
        describe: 'Text with blanks: ___; ___{3} for three tokens, ___{1,4} for one to four',
      })
      .option('top', { ...numericFlag, describe: 'Number of candidates to show. Default 10' })
      .option('beams', { ...numericFlag, describe: 'Candidates that the search keeps at each step. Default 32' })
      .option('max-length', {
        ...numericFlag,
        describe: 'Largest number of tokens in a blank without numbers, unless tokens are words. Default 10',
      })
      .option('forward-only', {
        ...off,
        describe: 'Use only the text before each blank, as a model of one direction does',
      })
      .option('json', { ...off, describe: 'Print one JSON document' })
      .options(engineFlags)
      .example('$0 fill runs/fill "The ___ ran into the ___."', 'one word in each blank')
      .example('$0 fill runs/fill "The wolf ___{2,3} the hen." --top 3', 'two or three words')
      .epilogue(
        'Candidates are ranked by the sum of two log-probabilities in nats: of the text from the first blank on given the text before it, by ' +
          'the forward stack, and of the text up to the last blank given the text after it, by the backward stack. With --forward-only it is ' +
          'the log-probability of the blanks alone, given the text before them. Where tokens are words, ___ is one word.',
      ),
  handler: async ({ model, text, json, forwardOnly, ...args }) => {
    const whole = { from: 1, whole: true } as const;
    const top = numberFlag(args.top ?? '10', { flag: '--top', ...whole, to: 1000 });
    const beams = numberFlag(args.beams ?? '32', { flag: '--beams', ...whole, to: 1000 });
    const maximumLength = numberFlag(args.maxLength ?? '10', { flag: '--max-length', ...whole, to: 64 });
    const engine = engineChoice(args, model);
    const { reportFills } = await import('./run.js');
    await reportFills({ model, text, engine, json, count: top, beams, maximumLength, forwardOnly });
  },
};
