import { apply, GraphError, type Node, sameShape } from '../node.js';
import type { Operation } from '../operation.js';

export const sumOfTermsOperation: Operation = {
  name: 'sumOfTerms',
  shape(inputs) {
    if (inputs.some((input) => !sameShape(input, inputs[0]!))) throw new GraphError('sumOfTerms', inputs, 'the shapes differ');
    return inputs[0]!;
  },
  gradient: ({ inputs }, dY) => inputs.map(() => dY),
  reference(values, _, output) {
    output.set(values[0]!);
    for (const term of values.slice(1)) for (let i = 0; i < output.length; i++) output[i]! += term[i]!;
  },
  onnx: (builder, _, inputs) => inputs.reduce((sum, term) => builder.emit('Add', [sum, term])),
};

/** The sum of matrices of one shape, in the order given: how the gradients of a value's uses come together. */
export function sumOfTerms(terms: readonly Node[]): Node {
  return terms.length === 1 ? terms[0]! : apply(sumOfTermsOperation, terms);
}
