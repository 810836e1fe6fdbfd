import type { CommandModule } from 'yargs';
import { UserError } from '../../foundation/errors.js';
import { modelArgument, numberFlag, numericFlag, oneOf, textFlag, wordsArgument } from '../shared/flags.js';
import { type MatrixName, matrixNames } from './matrices.js';

interface NeighboursArguments {
  readonly model: string;
  readonly words: readonly string[];
  readonly count: string | undefined;
  readonly analogy: boolean;
  readonly matrix: string | undefined;
  readonly json: boolean;
}

const off = { boolean: true, default: false } as const;

export const neighboursCommand: CommandModule<object, NeighboursArguments> = {
  command: 'neighbours <model> <words..>',
  describe: 'List the tokens whose vectors are most similar to those of given words',
  builder: (yargs) =>
    yargs
      .positional('model', modelArgument)
      .positional('words', { ...wordsArgument, demandOption: true, describe: 'Tokens of the model: words or characters' })
      .option('count', { ...numericFlag, describe: 'Number of tokens to list for each word. Default 10' })
      .option('analogy', { ...off, describe: 'Three words A B C: list the tokens nearest to B - A + C, without these three' })
      .option('matrix', {
        ...textFlag,
        describe: `The rows to compare: ${matrixNames.join(', ')}. embedding: vectors of tokens that are read; output: of tokens that are predicted. Default embedding`,
      })
      .option('json', { ...off, describe: 'Print one JSON document' })
      .example('$0 neighbours runs/novel king', 'the tokens most similar to king')
      .example('$0 neighbours runs/novel --analogy man king woman', 'man is to king as woman is to ...')
      .epilogue(
        'The similarity is the cosine of the angle between two vectors, from -1 to 1. For analogies all vectors are scaled to length 1 ' +
          'first (Mikolov et al. 2013). White space may be written as \\s, \\n or \\t where it is a token.',
      ),
  handler: async ({ model, words, analogy, json, ...args }) => {
    const count = numberFlag(args.count ?? '10', { flag: '--count', from: 1, to: 1_000_000, whole: true });
    const matrix: MatrixName = oneOf(matrixNames, args.matrix ?? 'embedding', '--matrix');
    if (analogy && words.length !== 3)
      throw new UserError('usage', `--analogy needs three words A B C, and ${words.length} are given`);
    const { listNeighbours } = await import('./run.js');
    await listNeighbours({ model, words, count, analogy, matrix, json });
  },
};
