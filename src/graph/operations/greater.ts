import { FLOAT } from '../onnx-builder.js';
import { binary, elementwise } from './elementwise.js';

export const greaterOperation = elementwise({
  name: 'greater',
  compute: (a, b) => (a > b ? 1 : 0),
  onnx: (builder, _, inputs) => builder.emit('Cast', [builder.emit('Greater', inputs)], { to: FLOAT }),
  gradient: () => [undefined, undefined],
});

/** 1 where a > b, else 0; piecewise constant, so no gradient flows */
export const greater = binary(greaterOperation);
