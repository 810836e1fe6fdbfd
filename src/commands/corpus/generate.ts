import type { CommandModule } from 'yargs';
import { formalNames } from '../../text/generators/formal/parameters.js';
import { parameterFlags } from './parameter-flags.js';

const text = { string: true, nargs: 1 } as const;
const off = { boolean: true, default: false } as const;

/** The flags as yargs gives them, beside those of the parameters. */
export interface GenerateArguments {
  readonly name: string;
  readonly output: string;
  readonly characters: string;
  readonly seed: string;
  readonly overwrite: boolean;
  readonly json: boolean;
}

export const generateCommand: CommandModule<object, GenerateArguments> = {
  command: 'generate <name>',
  describe: 'Write a text whose true entropy is known: fables, or a formal language',
  builder: (yargs) => {
    const declared = yargs
      .positional('name', {
        type: 'string',
        demandOption: true,
        describe: `What to write: fables, ${formalNames.join(', ')}`,
      })
      .option('output', { ...text, demandOption: true, describe: 'File to write' })
      .option('characters', {
        ...text,
        default: '1000000',
        describe: 'Length of the text, which ends with a whole line or fable',
      })
      .option('seed', { ...text, default: '1', describe: 'The same seed writes the same text' })
      .option('overwrite', { ...off, describe: 'Replace the file if there is one' })
      .option('json', { ...off, describe: 'Print one JSON document' });
    for (const [flag, describe] of parameterFlags()) declared.option(flag, { ...text, describe });
    return declared
      .example('$0 corpus generate markov --order 3 --output markov.txt', 'letters that depend on the last three')
      .example('$0 corpus generate dyck --pairs 2 --output dyck.txt', 'balanced brackets')
      .epilogue(
        'The floor that is printed is exact: no model can be expected to predict the text better. Named in a config as ' +
          'corpus.generator, it is told beside the losses when training ends.',
      );
  },
  handler: async (args) => {
    const { generateCorpus } = await import('./generate-corpus.js');
    await generateCorpus(args, args);
  },
};
