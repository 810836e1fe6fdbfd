import { afterAll, describe, expect, test } from 'vitest';
import { openRunnableModel } from '../../src/engine/onnxruntime/run-model.js';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { toFloat16 } from '../../src/export/float16.js';
import { toInt8 } from '../../src/export/int8.js';
import { onnxGraph } from '../../src/export/onnx-graph.js';
import { compareWithCore } from '../../src/export/verify-onnx.js';
import { encodeModel } from '../../src/onnx/encode-model.js';
import { cells, formsOf } from '../model/short-form.js';
import { randomModel } from '../sample/trained-model.js';

const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
afterAll(() => engine.close());
const variants = [
  { precision: 'float16', convert: toFloat16, tolerance: 0.003 },
  { precision: 'int8', convert: toInt8, tolerance: 0.02 },
];

describe('an exported model of lower precision stays near the typed-array engine', () => {
  const cases = cells.flatMap((cell) =>
    formsOf(cell).flatMap((form) => variants.map((variant) => ({ cell, form, ...variant }))),
  );
  test.each(cases)('$cell as $form in $precision', async ({ cell, form, convert, tolerance }) => {
    const model = randomModel(engine, { cell, tieWeights: form === 'scan', range: 0.3 });
    const graph = convert(onnxGraph(model, form));
    const exported = await openRunnableModel(encodeModel({ opset: 17, graph }), { threads: 1 });
    const { difference, where } = await compareWithCore(model, engine, exported);
    await exported.close();
    // A rotation neither shrinks nor forgets what was rounded before: over 50 steps the errors add up.
    expect(difference, where).toBeLessThan(cell.type === 'exp-rnn' ? 20 * tolerance : tolerance);
    expect(difference).toBeGreaterThan(1e-5);
  });
});
