import type { CommandModule } from 'yargs';
import { formalNames } from '../../text/generators/formal/parameters.js';
import { numericFlag, pathFlag } from '../shared/flags.js';
import type { GenerateArguments } from './arguments.js';
import { parameterFlags } from './parameter-flags.js';

const off = { boolean: true, default: false } as const;

export const generateCommand: CommandModule<object, GenerateArguments> = {
  command: 'generate <name>',
  describe: 'Generate a text whose exact entropy is known: fables, or a formal language',
  builder: (yargs) => {
    const declared = yargs
      .positional('name', {
        type: 'string',
        demandOption: true,
        describe: `What to generate: fables, ${formalNames.join(', ')}`,
      })
      .option('output', {
        ...pathFlag,
        demandOption: true,
        describe: 'File to write; its folder is created if it does not exist',
      })
      .option('characters', {
        ...numericFlag,
        default: '1000000',
        defaultDescription: '1000000',
        describe: 'Minimum length of the text; its last line or fable is completed',
      })
      .option('seed', { ...numericFlag, default: '1', defaultDescription: '1', describe: 'The same seed writes the same text' })
      .option('overwrite', { ...off, describe: 'Replace the file if there is one' })
      .option('json', { ...off, describe: 'Print one JSON document' });
    for (const [flag, describe] of parameterFlags()) declared.option(flag, { ...numericFlag, describe });
    return declared
      .example('$0 corpus generate markov --order 3 --output markov.txt', 'each letter depends on the last three')
      .example('$0 corpus generate dyck --pairs 2 --output dyck.txt', 'balanced brackets')
      .epilogue(
        'The printed entropy is exact: no model has a lower expected loss. With corpus.generator in a config, training ' +
          'compares its losses with it.',
      );
  },
  handler: async (args) => {
    const { generateCorpus } = await import('./generate-corpus.js');
    await generateCorpus(args, args);
  },
};
