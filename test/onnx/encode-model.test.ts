import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { encodeModel } from '../../src/onnx/encode-model.js';
import { readMetadata } from '../../src/onnx/metadata.js';
import type { OnnxModel } from '../../src/onnx/model.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { pythonWithOnnx, withoutOnnx } from '../outside-programs.js';

const model: OnnxModel = {
  opset: 17,
  graph: {
    name: 'small',
    nodes: [
      { type: 'Gather', inputs: ['table', 'ids'], outputs: ['rows'], attributes: { axis: 0 } },
      { type: 'ReduceSum', inputs: ['rows', 'axes'], outputs: ['sums'], attributes: { keepdims: 1 } },
      { type: 'LogSoftmax', inputs: ['rows'], outputs: ['logarithms'], attributes: { axis: -1 } },
      { type: 'Transpose', inputs: ['logarithms'], outputs: ['turned'], attributes: { perm: [1, 0] } },
      { type: 'ScatterElements', inputs: ['turned', 'ids2', 'turned'], outputs: ['added'], attributes: { reduction: 'add' } },
    ],
    initializers: [
      { name: 'table', shape: [3, 2], data: Float32Array.of(1, 2, 3, -4.5, 5, 1e-30) },
      { name: 'axes', shape: [1], data: BigInt64Array.of(-1n) },
      { name: 'ids2', shape: [2, 2], data: Int32Array.of(0, 1, 1, 0) },
    ],
    inputs: [{ name: 'ids', type: 'int32', shape: ['B'] }],
    outputs: [
      { name: 'sums', type: 'float32', shape: ['B', 1] },
      { name: 'added', type: 'float32', shape: [2, 'B'] },
    ],
  },
  metadata: { config: '{"name": "fables"}', 'with \n and ü': '', long: 'x'.repeat(100_000) },
};

const script = `
import json, sys, onnx
from onnx import numpy_helper
model = onnx.load(sys.argv[1])
onnx.checker.check_model(model, full_check=True)
attribute = lambda a: onnx.helper.get_attribute_value(a)
graph = model.graph
shape = lambda v: [d.dim_param or d.dim_value for d in v.type.tensor_type.shape.dim]
print(json.dumps({
  'opset': [[o.domain, o.version] for o in model.opset_import],
  'nodes': [[n.op_type, list(n.input), list(n.output)] for n in graph.node],
  'attributes': [{a.name: list(attribute(a)) if a.ints else attribute(a).decode() if a.s else attribute(a) for a in n.attribute} for n in graph.node],
  'initializers': {t.name: [list(t.dims), numpy_helper.to_array(t).ravel().tolist()] for t in graph.initializer},
  'inputs': {v.name: [v.type.tensor_type.elem_type, shape(v)] for v in graph.input},
  'outputs': {v.name: [v.type.tensor_type.elem_type, shape(v)] for v in graph.output},
  'metadata': {p.key: p.value for p in model.metadata_props},
}))
`;

describe('an encoded model', () => {
  test.skipIf(!pythonWithOnnx)(`is what python3-onnx reads, and passes its checker${withoutOnnx}`, () => {
    const file = join(temporaryFolder(), 'small.onnx');
    writeFileSync(file, encodeModel(model));
    const { stdout, stderr } = spawnSync(pythonWithOnnx!, ['-c', script, file], { encoding: 'utf8' });
    expect(stderr).toBe('');
    const { graph, metadata } = model;
    expect(JSON.parse(stdout)).toEqual({
      opset: [['', 17]],
      nodes: graph.nodes.map(({ type, inputs, outputs }) => [type, inputs, outputs]),
      attributes: graph.nodes.map(({ attributes }) => attributes),
      initializers: Object.fromEntries(
        graph.initializers.map(({ name, shape, data }) => [name, [shape, Array.from(data, Number)]]),
      ),
      inputs: { ids: [6, ['B']] },
      outputs: { sums: [1, ['B', 1]], added: [1, [2, 'B']] },
      metadata,
    });
  });

  test('has its metadata', () => {
    expect(Object.fromEntries(readMetadata(encodeModel(model)))).toEqual(model.metadata);
  });

  test('is refused when it is truncated within its last field', () => {
    const bytes = encodeModel({ ...model, metadata: { key: 'value' } });
    for (let missing = 1; missing < 10; missing++) {
      expect(() => readMetadata(bytes.subarray(0, bytes.length - missing))).toThrow(/the message ends/);
    }
  });

  test('cannot contain an attribute that is not a whole number', () => {
    const node = { type: 'Concat', inputs: [], outputs: [], attributes: { axis: 0.5 } };
    expect(() => encodeModel({ ...model, graph: { ...model.graph, nodes: [node] } })).toThrow('0.5 is not a whole number');
  });
});
