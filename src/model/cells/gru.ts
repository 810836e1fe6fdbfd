import type { Node } from '../../graph/node.js';
import { add } from '../../graph/operations/add.js';
import { constant } from '../../graph/operations/constant.js';
import { multiply } from '../../graph/operations/multiply.js';
import { sigmoid } from '../../graph/operations/sigmoid.js';
import { slice, splitColumns } from '../../graph/operations/slice.js';
import { subtract } from '../../graph/operations/subtract.js';
import { tanh } from '../../graph/operations/tanh.js';
import { type Cell, linear } from './cell.js';

/**
 * The gated recurrent unit with the reset gate after the product, as cuDNN and PyTorch have it:
 *
 *     r, z = sigmoid(W x + b + U h + b')       n = tanh(W x + b + r * (U h + b'))
 *     h = (1 - z) * n + z * h
 */
export const gruResetAfter: Cell = {
  gates: 3,
  standardOperator: { type: 'GRU', gates: [1, 0, 2], attributes: { linear_before_reset: 1 } },
  states: ['h'],
  step(x, [h], { weight_ih, weight_hh, bias_ih, bias_hh }) {
    const [xr, xz, xn] = splitColumns(linear(x, weight_ih, bias_ih), 3);
    const [hr, hz, hn] = splitColumns(linear(h!, weight_hh, bias_hh), 3);
    const r = sigmoid(add(xr!, hr!));
    const z = sigmoid(add(xz!, hz!));
    const n = tanh(add(xn!, multiply(r, hn!)));
    return [update(z, n, h!)];
  },
};

/**
 * The gated recurrent unit of Cho et al. 2014, with the reset gate before the product (Keras: reset_after=False):
 *
 *     r, z = sigmoid(W x + b + U h + b')       n = tanh(W x + b + U (r * h) + b')
 *     h = (1 - z) * n + z * h
 */
export const gruResetBefore: Cell = {
  gates: 3,
  standardOperator: { type: 'GRU', gates: [1, 0, 2], attributes: { linear_before_reset: 0 } },
  states: ['h'],
  step(x, [h], { weight_ih, weight_hh, bias_ih, bias_hh }) {
    const H = h!.columns;
    const [xr, xz, xn] = splitColumns(linear(x, weight_ih, bias_ih), 3);
    const gates = linear(h!, slice(weight_hh, 'rows', 0, 2 * H), slice(bias_hh, 'columns', 0, 2 * H));
    const [hr, hz] = splitColumns(gates, 2);
    const r = sigmoid(add(xr!, hr!));
    const z = sigmoid(add(xz!, hz!));
    const candidate = linear(multiply(r, h!), slice(weight_hh, 'rows', 2 * H, H), slice(bias_hh, 'columns', 2 * H, H));
    return [update(z, tanh(add(xn!, candidate)), h!)];
  },
};

/** (1 - z) * n + z * h: an open update gate z keeps the old state (PyTorch's sense; some texts swap z and 1 - z). */
function update(z: Node, n: Node, h: Node): Node {
  return add(multiply(subtract(constant(1), z), n), multiply(z, h));
}
