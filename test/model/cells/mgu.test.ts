import { expect, test } from 'vitest';
import { evaluate } from '../../../src/engine/reference/reference-engine.js';
import { createRandom } from '../../../src/foundation/random.js';
import { input } from '../../../src/graph/operations/input.js';
import { plainStep } from '../../../src/model/cells/cell.js';
import { mgu } from '../../../src/model/cells/mgu.js';
import { testSeed } from '../../random-seed.js';

const [B, X, H] = [3, 4, 2];
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

test('a step is that of the paper (Zhou et al. 2016, equations 6 to 8), in plain loops', () => {
  const random = createRandom(testSeed);
  const draw = (length: number) => Float64Array.from({ length }, () => 2 * random.uniform() - 1);
  const [x, h, W, U, b] = [draw(B * X), draw(B * H), draw(2 * H * X), draw(2 * H * H), draw(2 * H)];

  const expected = new Float64Array(B * H);
  for (let s = 0; s < B; s++) {
    const product = (weights: Float64Array, row: number, vector: (j: number) => number, length: number) =>
      Array.from({ length }, (_, j) => weights[row * length + j]! * vector(j)).reduce((all, term) => all + term, 0);
    const fromInput = (row: number) => product(W, row, (j) => x[s * X + j]!, X) + b[row]!;
    const f = Array.from({ length: H }, (_, i) => sigmoid(fromInput(i) + product(U, i, (j) => h[s * H + j]!, H)));
    for (let i = 0; i < H; i++) {
      const candidate = Math.tanh(fromInput(H + i) + product(U, H + i, (j) => f[j]! * h[s * H + j]!, H));
      expected[s * H + i] = (1 - f[i]!) * h[s * H + i]! + f[i]! * candidate;
    }
  }

  const matrix = (name: string, rows: number, columns: number) => input(name, { rows, columns });
  const parameters = {
    weight_ih: matrix('weight_ih', 2 * H, X),
    weight_hh: matrix('weight_hh', 2 * H, H),
    bias: matrix('bias', 1, 2 * H),
  };
  const { output } = mgu.create({}).step(
    matrix('x', B, X),
    [matrix('h', B, H)],
    parameters,
    plainStep((_, value) => value),
  );
  const inputs = { x: [x], h: [h], weight_ih: [W], weight_hh: [U], bias: [b] };
  const allocate = (length: number) => new Float64Array(length);
  const values = evaluate({ output }, inputs, { shards: 1, allocate }).output![0]!;
  for (const [i, value] of expected.entries()) expect(values[i]).toBeCloseTo(value, 12);
});
