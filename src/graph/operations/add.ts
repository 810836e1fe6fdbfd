import { sameShape } from '../node.js';
import { binary, elementwise } from './elementwise.js';
import { gemmAttributes, matrixProductOperation } from './matrix-product.js';

export const addOperation = elementwise({
  name: 'add',
  compute: (a, b) => a + b,
  gradient: (_, dY) => [dY, dY],
  /** What is added to a product is added by the product's own operator. */
  onnx(builder, node, inputs) {
    const place = node.inputs.findIndex(
      (input) => input.operation === matrixProductOperation && sameShape(input, node) && builder.users(input).length === 1,
    );
    if (place < 0) return builder.emit('Add', inputs);
    const product = node.inputs[place]!;
    const operands = product.inputs.map(builder.nameOf);
    return builder.emit('Gemm', [...operands, inputs[1 - place]!], gemmAttributes(product.attributes));
  },
});

/** a + b */
export const add = binary(addOperation);
