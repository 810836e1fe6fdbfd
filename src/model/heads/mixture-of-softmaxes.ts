import { switchOption, wholeNumberOption } from '../../foundation/options.js';
import type { Node } from '../../graph/node.js';
import { logSoftmax, logSumExp, logSumOf } from '../../graph/operations/log-sum-exp.js';
import { concatenate, splitColumns } from '../../graph/operations/movement.js';
import { add, negate, subtract, tanh } from '../../graph/operations/pointwise.js';
import { softmaxCrossEntropy } from '../../graph/operations/softmax-cross-entropy.js';
import { linear } from '../cells/cell.js';
import { declareHead } from './head.js';

/**
 * Mixture of softmaxes (Yang et al. 2018, "Breaking the softmax bottleneck"): K softmaxes over one matrix, weighted for each position.
 *
 *     pi = softmax(W_prior h)      x_k = tanh(W_latent,k h + b_latent,k)      p = sum over k of pi_k softmax(W x_k + b)
 */
export const mixtureOfSoftmaxes = declareHead({
  type: 'mixture-of-softmaxes',
  describe:
    'A mixture of several softmaxes over one matrix, which can represent more distributions than one softmax (Yang et al. 2018).',
  options: {
    components: wholeNumberOption(2, 64, 4, 'Number of softmaxes in the mixture; time and memory of the head grow with it.'),
    tie: switchOption(
      false,
      'Use the embedding matrix as the matrix of the softmaxes too (Press and Wolf 2017, Inan et al. 2017).',
    ),
  },
  create({ components: K, tie }, { vocabularySize: V, embeddingSize: E, hiddenSize: H }) {
    const weight = tie ? 'encoder.weight' : 'decoder.weight';
    /** Of each component: ln pi_k [rows, 1], and its logits [rows, V]. */
    const componentsOf = (hidden: Node, parameter: (name: string) => Node) => {
      const latents = tanh(linear(hidden, parameter('latent.weight'), parameter('latent.bias')));
      const priors = splitColumns(logSoftmax(linear(hidden, parameter('prior.weight'))), K);
      return splitColumns(latents, K).map((latent, k) => ({
        prior: priors[k]!,
        logits: linear(latent, parameter(weight), parameter('decoder.bias')),
      }));
    };
    return {
      parameters: [
        { name: 'prior.weight', shape: [K, H], role: 'input', fan: H },
        { name: 'latent.weight', shape: [K * E, H], role: 'input', blocks: K, fan: H },
        { name: 'latent.bias', shape: [K * E], role: 'bias', fan: H },
        ...(tie ? [] : [{ name: 'decoder.weight', shape: [V, E], role: 'input', fan: E, tokenRows: true } as const]),
        { name: 'decoder.bias', shape: [V], role: 'bias', fan: E, tokenRows: true },
      ],
      losses(hidden, targets, parameter) {
        const terms = componentsOf(hidden, parameter).map(({ prior, logits }) =>
          subtract(prior, softmaxCrossEntropy(logits, targets)),
        );
        return negate(logSumExp(concatenate(terms, 'columns')));
      },
      logProbabilities(hidden, parameter) {
        const terms = componentsOf(hidden, parameter).map(({ prior, logits }) => add(logSoftmax(logits), prior));
        return logSumOf(terms);
      },
      outputVectors: weight,
      torch: {
        modules: [
          `prior = nn.Linear(${H}, ${K}, bias=False)`,
          `latent = nn.Linear(${H}, ${K * E})`,
          `decoder = nn.Linear(${E}, ${V})`,
        ],
        apply:
          `torch.logsumexp(torch.log_softmax(self.decoder(torch.tanh(self.latent(hidden)).unflatten(-1, (${K}, ${E}))), -1) ` +
          '+ torch.log_softmax(self.prior(hidden), -1).unsqueeze(-1), -2)',
        tied: tie ? { 'decoder.weight': 'encoder.weight' } : {},
      },
    };
  },
});
