import { describe, expect, it } from 'vitest';
import { compileElementwise } from '../../../../src/engine/typed-array/elementwise/compile.js';
import { type Arena, createArena, type Matrix, randomValues } from './arena.js';

/** Probabilities and -ln of one row, in f64. */
function plainSoftmax(logits: Float32Array): { probabilities: number[]; logSumExp: number } {
  const largest = Math.max(...logits);
  const powers = Array.from(logits, (logit) => Math.exp(logit - largest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return { probabilities: powers.map((power) => power / sum), logSumExp: largest + Math.log(sum) };
}

function lossOf(arena: Arena, logits: Matrix, targets: number[]): { loss: Matrix; ids: number } {
  const loss = arena.matrix(1, logits.rows, logits.rows, () => 9);
  const ids = arena.list(targets);
  arena.call('softmaxCrossEntropy', logits.pointer, logits.stride, ids, logits.rows, logits.columns, loss.pointer);
  return { loss, ids };
}

const shapes = [
  [1, 1],
  [2, 2],
  [3, 5],
  [4, 8],
  [5, 17],
  [3, 65],
  [2, 259],
  [2, 10001],
] as const;

describe.each(shapes)('on %i rows of %i classes', (rows, classes) => {
  const targets = Array.from({ length: rows }, (_, row) => (row * 7 + classes - 1) % classes);

  function logitsIn(arena: Arena): Matrix {
    const random = randomValues(rows * classes);
    return arena.matrix(rows, classes, classes + 3, () => 12 * random());
  }

  it('logSumExp is ln of the sum of exponentials', () => {
    const arena = createArena();
    const logits = logitsIn(arena);
    const values = arena.read(logits);
    const sums = arena.matrix(1, rows, rows, () => 9);
    arena.call('logSumExp', logits.pointer, logits.stride, rows, classes, sums.pointer);
    arena.read(sums).forEach((sum, row) => {
      const expected = plainSoftmax(values.subarray(row * classes, (row + 1) * classes)).logSumExp;
      expect(Math.abs(sum - expected)).toBeLessThan(3e-7 * Math.max(1, Math.abs(expected)));
    });
  });

  it('softmaxCrossEntropy is -ln of the probability of the target', () => {
    const arena = createArena();
    const logits = logitsIn(arena);
    const values = arena.read(logits);
    const losses = arena.read(lossOf(arena, logits, targets).loss);
    targets.forEach((target, row) => {
      const own = values.subarray(row * classes, (row + 1) * classes);
      const expected = plainSoftmax(own).logSumExp - (own[target] as number);
      expect(Math.abs((losses[row] as number) - expected)).toBeLessThan(3e-7 * Math.max(1, expected));
    });
  });

  it('softmaxCrossEntropyGradient is (softmax - onehot) * dLoss, in place too', () => {
    const arena = createArena();
    const logits = logitsIn(arena);
    const values = arena.read(logits);
    const { loss, ids } = lossOf(arena, logits, targets);
    const dLoss = arena.matrix(1, rows, rows, (_, row) => (row === 1 ? 0 : 0.25 * (row + 1)));
    const dst = arena.matrix(rows, classes, classes + 1, () => 9);
    const call = (to: Matrix) => {
      const inputs = [logits.pointer, logits.stride, ids, loss.pointer, dLoss.pointer];
      arena.call('softmaxCrossEntropyGradient', ...inputs, rows, classes, to.pointer, to.stride);
    };
    call(dst);
    const result = arena.read(dst);
    const scales = arena.read(dLoss);
    targets.forEach((target, row) => {
      const { probabilities } = plainSoftmax(values.subarray(row * classes, (row + 1) * classes));
      probabilities.forEach((probability, i) => {
        const expected = (probability - (i === target ? 1 : 0)) * (scales[row] as number);
        expect(Math.abs((result[row * classes + i] as number) - expected)).toBeLessThan(2e-6);
      });
    });
    call(logits);
    expect(arena.read(logits)).toEqual(result);
  });
});

describe('softmaxCrossEntropy', () => {
  it.each([-1e30, -500, 0, 500, 1e30])('stays finite with all logits at %f', (level) => {
    const arena = createArena();
    const logits = arena.matrix(1, 6, 6, () => level);
    expect(arena.read(lossOf(arena, logits, [3]).loss)[0]).toBeCloseTo(Math.log(6), 6);
  });

  it('is exactly 0 where the target has all the probability, and the distance where it has none', () => {
    const arena = createArena();
    const logits = arena.matrix(1, 5, 5, (_, column) => (column === 2 ? 300 : 0));
    expect(arena.read(lossOf(arena, logits, [2]).loss)[0]).toBe(0);
    expect(arena.read(lossOf(arena, logits, [4]).loss)[0]).toBe(300);
  });

  it.each([0, 3, 8, 10])('propagates a NaN at class %i', (place) => {
    const arena = createArena();
    const logits = arena.matrix(2, 11, 11, (row, column) => (row === 0 && column === place ? Number.NaN : column));
    const losses = arena.read(lossOf(arena, logits, [5, 5]).loss);
    expect(losses[0]).toBeNaN();
    expect(losses[1]).toBeCloseTo(plainSoftmax(Float32Array.from({ length: 11 }, (_, i) => i)).logSumExp - 5, 6);
  });

  it('gives NaN for an infinite logit, and counts minus infinity as impossible', () => {
    const arena = createArena();
    const infinite = arena.matrix(1, 5, 5, (_, column) => (column === 1 ? Number.POSITIVE_INFINITY : 0));
    expect(arena.read(lossOf(arena, infinite, [0]).loss)[0]).toBeNaN();
    const impossible = arena.matrix(1, 5, 5, (_, column) => (column === 1 ? Number.NEGATIVE_INFINITY : 0));
    expect(arena.read(lossOf(arena, impossible, [0]).loss)[0]).toBeCloseTo(Math.log(4), 6);
    expect(arena.read(lossOf(arena, impossible, [1]).loss)[0]).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('softmaxCrossEntropyGradient', () => {
  it('is zero for a row whose dLoss is zero, whatever its logits', () => {
    const arena = createArena();
    const logits = arena.matrix(1, 7, 7, (_, column) => [Number.NaN, Number.POSITIVE_INFINITY, 1e38][column] ?? -1e38);
    const ids = arena.list([0]);
    const nothing = arena.matrix(1, 1, 1, () => 0);
    const inputs = [logits.pointer, 7, ids, nothing.pointer, nothing.pointer];
    arena.call('softmaxCrossEntropyGradient', ...inputs, 1, 7, logits.pointer, 7);
    expect(arena.read(logits)).toEqual(new Float32Array(7));
  });

  it('computes the exponential with the same bits as the generated elementwise loops', () => {
    const arena = createArena();
    // With the target's logit and its loss at 0, and dLoss 1, the gradient of every other class is exp(logit).
    const special = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NaN];
    const arguments_ = [0, -0, -104, -103.9, -87.5, 88.7, 88.73, 90, -200, ...special];
    for (let x = -110; x < 92; x += 0.0137) arguments_.push(x);
    const count = arguments_.length;
    const logits = arena.matrix(1, count, count, (_, column) => arguments_[column] as number);
    const dst = arena.matrix(1, count, count, () => 9);
    const loss = arena.matrix(1, 1, 1, () => 0);
    const dLoss = arena.matrix(1, 1, 1, () => 1);
    const inputs = [logits.pointer, count, arena.list([0]), loss.pointer, dLoss.pointer];
    arena.call('softmaxCrossEntropyGradient', ...inputs, 1, count, dst.pointer, count);

    const kernel = { inputs: ['matrix'], steps: [{ operation: 'exp', arguments: [0] }], outputs: [1] } as const;
    const code = compileElementwise([kernel], { shared: true, maximumPages: 65536 });
    const loops = new WebAssembly.Instance(new WebAssembly.Module(code), { env: { memory: arena.memory } });
    const generated = arena.matrix(1, count, count, () => 9);
    const words = arena.list([1, count, logits.pointer, count, generated.pointer, count]);
    (loops.exports['0'] as (args: number) => void)(words);

    const expected = arena.read(generated);
    expect(expected[1]).toBe(1);
    expected[0] = 0;
    const bitsOf = (values: Float32Array) => [...new Int32Array(values.buffer)];
    expect(bitsOf(arena.read(dst))).toEqual(bitsOf(expected));
  });
});
