import { mapOption, numberOption, pathOption } from '../../foundation/options.js';
import { gatherRows } from '../../graph/operations/movement.js';
import { multiply, subtract } from '../../graph/operations/pointwise.js';
import { columnSums, rowSums } from '../../graph/operations/sums.js';
import type { ObjectiveTerm } from './objective.js';

/**
 * Related words have similar vectors: the relational term of Faruqui et al. 2015, "Retrofitting word vectors to semantic lexicons", equation
 * 1, with its weights.
 *
 *     term = sum over words i and their related words j of |q_i - q_j|^2 / (number of words related to i)
 *
 * q are rows of the embedding. The term does not depend on the text. An update adds it once: each window has the share of its targets.
 */
export const synonyms: ObjectiveTerm = {
  name: 'synonyms',
  option: mapOption(
    {
      weight: numberOption({ from: 0, to: 1e6 }, 0.001, 'Weight of the term; 0 omits it. It is a sum over all related words.'),
      path: {
        ...pathOption(
          'Text file with a word and its related words in each line, relative to the file that states it; .gz is unpacked. Its content must ' +
            'be the same when a run is resumed.',
          'none; it must be set',
        ),
        mayChange: 'no-matter',
      },
    },
    'none',
    'Related words: the sum of the squared distances of the embedding vectors of words that a file lists as related (Faruqui et al. 2015).',
  ),
  relations: true,
  values({ embedding, relations, weights }) {
    const { first, second, shares } = relations();
    const difference = subtract(gatherRows(embedding, first), gatherRows(embedding, second));
    const sum = columnSums(multiply(rowSums(multiply(difference, difference)), shares));
    return multiply(weights, sum);
  },
};
