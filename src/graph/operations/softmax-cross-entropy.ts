import { apply, type Node, type Operation } from '../node.js';

export const softmaxCrossEntropyOperation: Operation = {
  name: 'softmaxCrossEntropy',
  shape: (inputs) => ({ rows: inputs[0]!.rows, columns: 1 }),
  gradient: (loss, dY) => [softmaxCrossEntropyGradient(loss.inputs[0]!, loss.inputs[1]!, loss, dY), undefined],
  reference([logits, targets], node, output) {
    const classes = node.inputs[0]!.columns;
    for (let r = 0; r < node.rows; r++) {
      const row = logits!.subarray(r * classes, (r + 1) * classes);
      let largest = -Infinity;
      for (const logit of row) largest = Math.max(largest, logit);
      let sum = 0;
      for (const logit of row) sum += Math.exp(logit - largest);
      output[r] = largest + Math.log(sum) - row[targets![r]!]!;
    }
  },
};

/** -ln softmax(logits)[target] of each row, in nats: logits [R, V], targets an integer column [R, 1]; result [R, 1]. */
export function softmaxCrossEntropy(logits: Node, targets: Node): Node {
  return apply(softmaxCrossEntropyOperation, [logits, targets]);
}

export const softmaxCrossEntropyGradientOperation: Operation = {
  name: 'softmaxCrossEntropyGradient',
  shape: (inputs) => inputs[0]!,
  reference([logits, targets, loss, dLoss], node, output) {
    const classes = node.columns;
    for (let r = 0; r < node.rows; r++) {
      const target = r * classes + targets![r]!;
      const logSumExp = loss![r]! + logits![target]!;
      for (let i = r * classes; i < (r + 1) * classes; i++) output[i] = Math.exp(logits![i]! - logSumExp) * dLoss![r]!;
      output[target]! -= dLoss![r]!;
    }
  },
};

/** (softmax(logits) - onehot(target)) * dLoss. The loss is an input because loss + logits[target] is the log of the normalizer. */
function softmaxCrossEntropyGradient(logits: Node, targets: Node, loss: Node, dLoss: Node): Node {
  return apply(softmaxCrossEntropyGradientOperation, [logits, targets, loss, dLoss]);
}
