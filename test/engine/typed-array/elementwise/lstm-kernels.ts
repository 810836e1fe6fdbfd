import type { ElementwiseKernel } from '../../../../src/engine/typed-array/elementwise/elementwise-kernel.js';
import { ELEMENTARY_FUNCTIONS } from './operations.js';

const { sigmoid } = ELEMENTARY_FUNCTIONS;

/** Gate sums of i, f, g, o and the previous cell state to i, f, g, o, c, tanh(c), h. */
export const lstmForward: ElementwiseKernel = {
  inputs: ['matrix', 'matrix', 'matrix', 'matrix', 'matrix'],
  steps: [
    { operation: 'sigmoid', arguments: [0] }, // 5: i
    { operation: 'sigmoid', arguments: [1] }, // 6: f
    { operation: 'tanh', arguments: [2] }, // 7: g
    { operation: 'sigmoid', arguments: [3] }, // 8: o
    { operation: 'multiply', arguments: [6, 4] },
    { operation: 'multiply', arguments: [5, 7] },
    { operation: 'add', arguments: [9, 10] }, // 11: c
    { operation: 'tanh', arguments: [11] }, // 12
    { operation: 'multiply', arguments: [8, 12] }, // 13: h
  ],
  outputs: [5, 6, 7, 8, 11, 12, 13],
};

/** The same in plain numbers, from the five inputs of one element to its seven outputs. */
export function lstmForwardElement([zI, zF, zG, zO, previousC]: LstmForwardInputs): number[] {
  const [i, f, g, o] = [sigmoid(zI), sigmoid(zF), Math.tanh(zG), sigmoid(zO)] as const;
  const c = f * previousC + i * g;
  return [i, f, g, o, c, Math.tanh(c), o * Math.tanh(c)];
}

/** i, f, g, o, previous c, tanh(c), dH and dC from the next step to the gradients of the four gate sums and of previous c. */
export const lstmBackward: ElementwiseKernel = {
  inputs: ['matrix', 'matrix', 'matrix', 'matrix', 'matrix', 'matrix', 'matrix', 'matrix'],
  steps: [
    { operation: 'constant', arguments: [], value: 1 }, // 8
    { operation: 'multiply', arguments: [5, 5] },
    { operation: 'subtract', arguments: [8, 9] },
    { operation: 'multiply', arguments: [6, 3] },
    { operation: 'multiply', arguments: [11, 10] },
    { operation: 'add', arguments: [7, 12] }, // 13: dC
    { operation: 'subtract', arguments: [8, 0] },
    { operation: 'multiply', arguments: [0, 14] },
    { operation: 'multiply', arguments: [13, 2] },
    { operation: 'multiply', arguments: [16, 15] }, // 17: dZ of i
    { operation: 'subtract', arguments: [8, 1] },
    { operation: 'multiply', arguments: [1, 18] },
    { operation: 'multiply', arguments: [13, 4] },
    { operation: 'multiply', arguments: [20, 19] }, // 21: dZ of f
    { operation: 'multiply', arguments: [2, 2] },
    { operation: 'subtract', arguments: [8, 22] },
    { operation: 'multiply', arguments: [13, 0] },
    { operation: 'multiply', arguments: [24, 23] }, // 25: dZ of g
    { operation: 'subtract', arguments: [8, 3] },
    { operation: 'multiply', arguments: [3, 26] },
    { operation: 'multiply', arguments: [6, 5] },
    { operation: 'multiply', arguments: [28, 27] }, // 29: dZ of o
    { operation: 'multiply', arguments: [13, 1] }, // 30: dC of the previous step
  ],
  outputs: [17, 21, 25, 29, 30],
};

/** The same in plain numbers, from the eight inputs of one element to its five outputs. */
export function lstmBackwardElement([i, f, g, o, previousC, tanhC, dH, nextDC]: LstmBackwardInputs): number[] {
  const dC = nextDC + dH * o * (1 - tanhC * tanhC);
  return [dC * g * i * (1 - i), dC * previousC * f * (1 - f), dC * i * (1 - g * g), dH * tanhC * o * (1 - o), dC * f];
}

type LstmForwardInputs = [zI: number, zF: number, zG: number, zO: number, previousC: number];
type LstmBackwardInputs = [
  i: number,
  f: number,
  g: number,
  o: number,
  previousC: number,
  tanhC: number,
  dH: number,
  nextDC: number,
];
