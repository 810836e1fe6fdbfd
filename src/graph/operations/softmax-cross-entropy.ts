import { apply, type Node } from '../node.js';
import type { OnnxBuilder } from '../onnx-builder.js';
import type { Operation } from '../operation.js';

/** x - max - ln(sum(exp(x - max))) of each row, in one operator or step by step: subtracting the maximum keeps exp finite. */
function logSoftmax(builder: OnnxBuilder, logits: string): string {
  if (!builder.lacks('LogSoftmax')) return builder.emit('LogSoftmax', [logits], { axis: 1 });
  const largest = builder.emit('ReduceMax', [logits], { axes: [1] });
  const shifted = builder.emit('Sub', [logits, largest]);
  const sum = builder.emit('ReduceSum', [builder.emit('Exp', [shifted]), builder.integers([1])]);
  return builder.emit('Sub', [shifted, builder.emit('Log', [sum])]);
}

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
  onnx(builder, _, [logits, targets]) {
    const logarithms = logSoftmax(builder, logits!);
    return builder.emit('Neg', [builder.emit('GatherElements', [logarithms, targets!], { axis: 1 })]);
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
  onnx(builder, _, [logits, targets, , dLoss]) {
    const softmax = builder.emit('Exp', [logSoftmax(builder, logits!)]);
    const atTarget = builder.emit('Neg', [dLoss!]);
    return builder.emit('ScatterElements', [builder.emit('Mul', [softmax, dLoss!]), targets!, atTarget], {
      axis: 1,
      reduction: 'add',
    });
  },
};

/** (softmax(logits) - onehot(target)) * dLoss. The loss itself is an input, for the normaliser is loss + logits[target]. */
function softmaxCrossEntropyGradient(logits: Node, targets: Node, loss: Node, dLoss: Node): Node {
  return apply(softmaxCrossEntropyGradientOperation, [logits, targets, loss, dLoss]);
}
