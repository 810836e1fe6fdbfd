import { binary, elementwise } from './elementwise.js';
import { multiply } from './multiply.js';
import { negate } from './negate.js';

export const divideOperation = elementwise({
  name: 'divide',
  compute: (a, b) => a / b,
  onnx: 'Div',
  gradient: (y, dY) => {
    const dA = divide(dY, y.inputs[1]!);
    return [dA, negate(multiply(dA, y))];
  },
});

/** a / b */
export const divide = binary(divideOperation);
