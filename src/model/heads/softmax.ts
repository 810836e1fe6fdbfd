import { switchOption } from '../../foundation/options.js';
import type { Node } from '../../graph/node.js';
import { softmaxCrossEntropy } from '../../graph/operations/softmax-cross-entropy.js';
import { linear } from '../cells/cell.js';
import { declareHead } from './head.js';

/** A linear layer and a softmax over the whole vocabulary: p = softmax(W h + b). */
export const softmax = declareHead({
  type: 'softmax',
  describe: 'A linear layer and a softmax over the whole vocabulary.',
  options: {
    tie: switchOption(
      false,
      'Use the embedding matrix as the matrix of the head too (Press and Wolf 2017, Inan et al. 2017). A linear projection without bias ' +
        'is put between the last layer and the head where their sizes differ.',
    ),
  },
  create({ tie }, { vocabularySize: V, embeddingSize: E, hiddenSize: H }) {
    const projected = tie && E !== H;
    const weight = tie ? 'encoder.weight' : 'decoder.weight';
    const width = projected ? E : H;
    const logProbabilities = (hidden: Node, parameter: (name: string) => Node) => {
      const x = projected ? linear(hidden, parameter('projection.weight')) : hidden;
      return linear(x, parameter(weight), parameter('decoder.bias'));
    };
    return {
      parameters: [
        ...(projected ? [{ name: 'projection.weight', shape: [E, H], role: 'input', fan: H } as const] : []),
        ...(tie ? [] : [{ name: 'decoder.weight', shape: [V, H], role: 'input', fan: H, tokenRows: true } as const]),
        { name: 'decoder.bias', shape: [V], role: 'bias', fan: width, tokenRows: true },
      ],
      logProbabilities,
      outputVectors: weight,
      torch: {
        modules: [
          ...(projected ? [`projection = nn.Linear(${H}, ${E}, bias=False)`] : []),
          `decoder = nn.Linear(${width}, ${V})`,
        ],
        apply: projected ? 'self.decoder(self.projection(hidden))' : 'self.decoder(hidden)',
        tied: tie ? { 'decoder.weight': 'encoder.weight' } : {},
      },
      losses: (hidden, targets, parameter, tap) =>
        softmaxCrossEntropy(tap('logits', logProbabilities(hidden, parameter)), targets),
    };
  },
});
