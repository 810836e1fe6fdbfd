import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createReferenceEngine } from '../../src/engine/reference/reference-engine.js';
import { toFloat16 } from '../../src/export/float16.js';
import { toInt8 } from '../../src/export/int8.js';
import { onnxGraph } from '../../src/export/onnx-graph.js';
import { architectureOf } from '../../src/model/architecture.js';
import { encodeModel } from '../../src/onnx/encode-model.js';
import type { OnnxGraph } from '../../src/onnx/model.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { pythonWithOnnx, withoutOnnx } from '../outside-programs.js';
import { randomModel } from '../sample/trained-model.js';

const script = `
import json, sys, onnx
def check(path):
  onnx.checker.check_model(path, full_check=True)
  graph = onnx.load(path).graph
  shape = lambda v: [d.dim_param or d.dim_value for d in v.type.tensor_type.shape.dim]
  return {
    'operators': sorted({n.op_type for n in graph.node} & {'LSTM', 'GRU', 'RNN', 'Scan'}),
    'values': {v.name: [v.type.tensor_type.elem_type, shape(v)] for v in [*graph.input, *graph.output]},
  }
print(json.dumps([check(path) for path in sys.argv[1:]]))
`;

import { cells, formsOf } from '../model/short-form.js';

const precisions: Record<string, (graph: OnnxGraph) => OnnxGraph> = {
  float32: (graph) => graph,
  float16: toFloat16,
  int8: toInt8,
};

describe.skipIf(!pythonWithOnnx)(`onnx.checker accepts an exported model${withoutOnnx}`, () => {
  const cases = cells.flatMap((cell) => formsOf(cell).map((form) => ({ cell, form })));
  test.each(cases)('$cell as $form, in each precision', ({ cell, form }) => {
    const folder = temporaryFolder();
    const model = randomModel(createReferenceEngine(), { cell });
    const files = Object.entries(precisions).map(([precision, convert]) => {
      const path = join(folder, `${precision}.onnx`);
      writeFileSync(path, encodeModel({ opset: 17, graph: convert(onnxGraph(model, form)) }));
      return path;
    });
    const { stdout, stderr } = spawnSync(pythonWithOnnx!, ['-c', script, ...files], { encoding: 'utf8' });
    expect(stderr).toBe('');
    const { states } = architectureOf(model.options);
    const [float, int64] = [1, 7];
    const values = {
      tokens: [int64, ['batch', 'time']],
      logits: [float, ['batch', 'time', model.options.vocabularySize]],
      ...Object.fromEntries(
        states.flatMap(({ name, columns }) => [name, `next.${name}`].map((value) => [value, [float, ['batch', columns]]])),
      ),
    };
    const operators = [form === 'scan' ? 'Scan' : cell.type.toUpperCase()];
    expect(JSON.parse(stdout)).toEqual(files.map(() => ({ operators, values })));
  });
});
