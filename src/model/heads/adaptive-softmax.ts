import { UserError } from '../../foundation/errors.js';
import { increasingOption, wholeNumberOption } from '../../foundation/options.js';
import type { Node } from '../../graph/node.js';
import { logSoftmax } from '../../graph/operations/log-sum-exp.js';
import { concatenate, slice } from '../../graph/operations/movement.js';
import { add } from '../../graph/operations/pointwise.js';
import {
  gatherSelected,
  relabelRange,
  scatterSelected,
  selectedCrossEntropy,
  selectedProduct,
  selectRows,
} from '../../graph/operations/selected-rows.js';
import { softmaxCrossEntropy } from '../../graph/operations/softmax-cross-entropy.js';
import { linear } from '../cells/cell.js';
import { declareHead, type HeadSizes } from './head.js';

/** A cluster of rare words: those from id `first` on, projected to so many columns. */
interface Cluster {
  readonly index: number;
  readonly first: number;
  readonly words: number;
  readonly columns: number;
}

/**
 * Adaptive softmax (Grave et al. 2017, "Efficient softmax approximation for GPUs"). The c_1 most frequent words and one entry for each
 * cluster of rarer words are one softmax. The probability of a word in cluster i is the probability of the cluster times that of the word
 * within the cluster:
 *
 *     p(w) = softmax(W h + b)_w                                                  for w < c_1
 *     p(w) = softmax(W h + b)_{c_1 + i} softmax(V_i P_i h)_{w - c_{i+1}}         in cluster i, of H / divisor^(i+1) columns
 *
 * The loss of a target needs only its own cluster, so training and scoring compute each cluster only for the rows whose targets are in it.
 * This saves time only if token ids are in the order of frequency. Names and shapes are those of torch.nn.AdaptiveLogSoftmaxWithLoss.
 */
export const adaptiveSoftmax = declareHead({
  type: 'adaptive-softmax',
  describe:
    'A softmax in clusters. Training computes a cluster only for the targets in it: for 100,000 words and more (Grave et al. 2017).',
  options: {
    cutoffs: increasingOption(
      { from: 1, to: 16_000_000, most: 16 },
      'Ids of the first words of the clusters; word and character vocabularies number tokens by frequency.',
      'a 25th and a 5th of the vocabulary',
    ),
    divisor: wholeNumberOption(
      1,
      64,
      4,
      'Factor by which each cluster has fewer columns than the one before it; the first has size / divisor.',
    ),
  },
  partial: true,
  create({ cutoffs, divisor }, sizes) {
    const { vocabularySize: V, hiddenSize: H } = sizes;
    const bounds = cutoffs ?? automaticCutoffs(divisor, sizes);
    const clusters = clustersOf(bounds, divisor, sizes);
    const shortlist = bounds[0]!;
    const name = (part: string) => `decoder.${part}`;
    const projection = ({ index }: Cluster) => name(`tail.${index}.0.weight`);
    const words = ({ index }: Cluster) => name(`tail.${index}.1.weight`);
    const frequent = (hidden: Node, parameter: (name: string) => Node) =>
      linear(hidden, parameter(name('head.weight')), parameter(name('head.bias')));
    return {
      parameters: [
        { name: name('head.weight'), shape: [shortlist + clusters.length, H], role: 'input', fan: H },
        { name: name('head.bias'), shape: [shortlist + clusters.length], role: 'bias', fan: H },
        ...clusters.flatMap((cluster) => [
          { name: projection(cluster), shape: [cluster.columns, H], role: 'input', fan: H } as const,
          { name: words(cluster), shape: [cluster.words, cluster.columns], role: 'input', fan: cluster.columns } as const,
        ]),
      ],
      losses(hidden, targets, parameter) {
        const inHead = clusters.reduce(
          (ids, { index, first, words }) => relabelRange(ids, first, words, shortlist + index),
          targets,
        );
        const withinClusters = clusters.map((cluster) => {
          const selection = selectRows(targets, cluster.first, cluster.words);
          const own = gatherSelected(hidden, selection);
          const projected = selectedProduct(own, parameter(projection(cluster)), selection, { transposeB: true });
          const logits = selectedProduct(projected, parameter(words(cluster)), selection, { transposeB: true });
          return scatterSelected(selectedCrossEntropy(logits, targets, selection, cluster.first), selection);
        });
        return withinClusters.reduce(add, softmaxCrossEntropy(frequent(hidden, parameter), inHead));
      },
      logProbabilities(hidden, parameter) {
        const inHead = logSoftmax(frequent(hidden, parameter));
        const parts = clusters.map((cluster) => {
          const logits = linear(linear(hidden, parameter(projection(cluster))), parameter(words(cluster)));
          return add(logSoftmax(logits), slice(inHead, 'columns', shortlist + cluster.index, 1));
        });
        return concatenate([slice(inHead, 'columns', 0, shortlist), ...parts], 'columns');
      },
      torch: {
        modules: [
          `decoder = nn.AdaptiveLogSoftmaxWithLoss(${H}, ${V}, [${bounds.join(', ')}], div_value=${divisor}, head_bias=True)`,
        ],
        apply: 'self.decoder.log_prob(hidden.flatten(0, -2)).unflatten(0, hidden.shape[:-1])',
        tied: {},
      },
    };
  },
});

/** Cutoffs at 1/25 and 1/5 of the vocabulary; at 1/5 alone where the vocabulary or the last layer is too small for two clusters. */
function automaticCutoffs(divisor: number, { vocabularySize: V, hiddenSize: H }: HeadSizes): number[] {
  const fifth = Math.max(1, Math.floor(V / 5));
  const first = Math.floor(V / 25);
  return first >= 1 && H >= divisor * divisor ? [first, fifth] : [fifth];
}

/** @throws UserError usage for cutoffs or a divisor that leave a cluster without words or columns */
function clustersOf(cutoffs: readonly number[], divisor: number, { vocabularySize: V, hiddenSize: H }: HeadSizes): Cluster[] {
  const last = cutoffs.at(-1)!;
  if (last >= V)
    throw new UserError(
      'usage',
      `model.head.cutoffs ends with ${last}, and the vocabulary has ${V} tokens: every cutoff must be below that`,
    );
  let columns = H;
  return cutoffs.map((first, index) => {
    columns = Math.floor(columns / divisor);
    if (columns < 1)
      throw new UserError(
        'usage',
        `model.head.divisor ${divisor} leaves no column for cluster ${index + 1} of ${cutoffs.length}: ` +
          `the last layer has ${H} outputs; lower the divisor or the number of model.head.cutoffs`,
      );
    return { index, first, words: (cutoffs[index + 1] ?? V) - first, columns };
  });
}
