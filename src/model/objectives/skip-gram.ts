import { mapOption, numberOption, wholeNumberOption } from '../../foundation/options.js';
import type { Node } from '../../graph/node.js';
import { concatenate, gatherRows, pad, slice } from '../../graph/operations/movement.js';
import { add, constant, logSigmoid, multiply, negate } from '../../graph/operations/pointwise.js';
import { rowSums } from '../../graph/operations/sums.js';
import type { ObjectiveTerm } from './objective.js';

/**
 * Skip-gram with negative sampling (Mikolov et al. 2013, "Distributed representations of words and phrases and their compositionality",
 * equation 4): the vector v of a token predicts the tokens up to c positions before and after it, and not k random tokens n.
 *
 *     term of position t = - sum over 0 < |j| <= c of [ ln sigmoid(v'(t+j) v(t)) + sum over i <= k of ln sigmoid(-v'(n_i) v(t)) ]
 *
 * v is a row of the embedding and v' one of the head's vectors of tokens. A context token is one of the same window whose position counts.
 * All context tokens of a position share its k random tokens, which does not change the expected value.
 */
export const skipGram: ObjectiveTerm = {
  name: 'skipGram',
  option: mapOption(
    {
      weight: numberOption({ from: 0, to: 1e6 }, 0.01, 'Weight of the term; 0 omits it. It is a sum over all context tokens.'),
      contextSize: wholeNumberOption(1, 32, 5, 'Largest distance of a context token, before and after a token (c).'),
      negativeSamples: wholeNumberOption(1, 64, 5, 'Number of random tokens for each position (k).'),
    },
    'none',
    'Skip-gram with negative sampling: the embedding of a token also predicts the tokens around it (Mikolov et al. 2013).',
    'weight',
  ),
  outputVectors: true,
  values({ tokens, embedding, outputVectors, randomTokens, weights, steps, batch }, options) {
    const [contextSize, samples] = [options.contextSize as number, options.negativeSamples as number];
    const rows = steps * batch;
    const vectors = gatherRows(embedding, tokens);
    const contexts = gatherRows(outputVectors(), tokens);
    const terms: Node[] = [];
    let counts: Node = multiply(constant(0), weights);
    for (let distance = 1; distance <= Math.min(contextSize, steps - 1); distance++) {
      const shift = distance * batch;
      const earlier = (x: Node) => slice(x, 'rows', 0, rows - shift);
      const later = (x: Node) => slice(x, 'rows', shift, rows - shift);
      const both = multiply(earlier(weights), later(weights));
      terms.push(multiply(logSigmoid(product(earlier(vectors), later(contexts))), both));
      terms.push(multiply(logSigmoid(product(later(vectors), earlier(contexts))), both));
      counts = add(counts, add(pad(both, 'rows', 0, rows), pad(both, 'rows', shift, rows)));
    }
    // A text shorter than a window can leave one step, which has no context.
    if (terms.length === 0) return counts;
    const random = gatherRows(outputVectors(), randomTokens(samples));
    for (let i = 0; i < samples; i++) {
      const scores = product(vectors, slice(random, 'rows', i * rows, rows));
      terms.push(multiply(logSigmoid(negate(scores)), counts));
    }
    return negate(concatenate(terms, 'rows'));
  },
};

/** The inner product of each row of a with the same row of b, [rows, 1]. */
const product = (a: Node, b: Node) => rowSums(multiply(a, b));
