import { expect, test } from 'vitest';
import { createReferenceEngine } from '../../src/engine/reference/reference-engine.js';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { gradients } from '../../src/graph/autodiff.js';
import { parameter } from '../../src/graph/operations/input.js';
import { logSigmoid } from '../../src/graph/operations/pointwise.js';
import { rowSums } from '../../src/graph/operations/sums.js';
import { rewriteBackward } from '../../src/graph/rewrites/index.js';

const values = Float32Array.of(-100, -20, -3, -0.5, 0, 0.5, 3, 7, 12, 14, 30, 100);

test.each([createReferenceEngine(), createTypedArrayEngine({ shards: 1, threads: 1 })])(
  'ln sigmoid(x) has the digits of a float32 and its gradient, far from 0 too: $name',
  async (engine) => {
    const x = parameter('x', 1, values.length);
    const y = logSigmoid(x);
    const [gradient] = gradients(rowSums(y), [x]);
    const program = engine.compile(rewriteBackward({ y, gradient: gradient! }));
    program.inputs.x![0]!.set(values);
    await program.run();
    for (const [i, value] of values.entries()) {
      const e = Math.exp(-Math.abs(value));
      const expected = Math.min(value, 0) - Math.log1p(e);
      const found = program.outputs.y![0]![i]!;
      // Below the step of a float32 at 1 nothing is promised but the size.
      if (expected < -1e-6) expect(Math.abs(found / expected - 1), `at ${value}`).toBeLessThan(1e-6);
      else expect(Math.abs(found), `at ${value}`).toBeLessThan(2e-6);
      expect(Math.abs(program.outputs.gradient![0]![i]! - 1 / (1 + Math.exp(value))), `at ${value}`).toBeLessThan(1e-6);
    }
    engine.close();
  },
);
