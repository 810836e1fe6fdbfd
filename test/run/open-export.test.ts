import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createReferenceEngine } from '../../src/engine/reference/reference-engine.js';
import { scoreTokens } from '../../src/evaluate/score-tokens.js';
import { toFloat16 } from '../../src/export/float16.js';
import { toInt8 } from '../../src/export/int8.js';
import { onnxGraph } from '../../src/export/onnx-graph.js';
import { ProtobufWriter } from '../../src/foundation/protobuf-writer.js';
import { createRandom } from '../../src/foundation/random.js';
import type { JsonValue } from '../../src/foundation/strict-json.js';
import { initialize } from '../../src/model/initialization.js';
import { entryView, parameterTable } from '../../src/model/parameter-table.js';
import { modelOptions } from '../../src/model/specification.js';
import { encodeModel } from '../../src/onnx/encode-model.js';
import type { OnnxGraph, OnnxNode } from '../../src/onnx/model.js';
import { writeModelFile } from '../../src/run/model-file.js';
import { onnxMetadata } from '../../src/run/onnx-metadata.js';
import { openExport } from '../../src/run/open-export.js';
import { openModel } from '../../src/run/open-model.js';
import { memoryTokenSource } from '../../src/text/batches.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { cells, formsOf } from '../model/short-form.js';
import { characters, randomModel } from '../sample/trained-model.js';

const engine = createReferenceEngine();
const model = randomModel(engine);
const plain = onnxGraph(model, 'operators');

function metadataOf({ config }: typeof model, precision = 'float32') {
  return onnxMetadata({ config, tokenizer: characters, training: {}, form: 'scan', precision, parametersDigest: '' });
}

/** Opens a file with this graph, whose checksum is right. */
async function open(graph: OnnxGraph, of = model, precision?: string) {
  const path = join(temporaryFolder(), 'model.onnx');
  writeFileSync(path, encodeModel({ opset: 17, graph, metadata: metadataOf(of, precision), sealed: true }));
  return openExport(path, { threads: 1 });
}

const refused = (message: string) => expect.objectContaining({ kind: 'model', message: expect.stringContaining(message) });

describe('every export opens', () => {
  it.each(cells.flatMap((cell) => formsOf(cell).map((form) => ({ cell, form }))))('$cell as $form', async ({ cell, form }) => {
    const own = randomModel(engine, { cell, tieWeights: form === 'scan' });
    const graph = onnxGraph(own, form);
    for (const variant of [graph, toFloat16(graph), toInt8(graph)]) await (await open(variant, own)).close();
  });
});

it.each([
  { type: 'attention', size: 6, window: 4 },
  { type: 'attention', size: 6, window: 4, score: 'additive' },
  { type: 'transformer', heads: 2, window: 4 },
  { type: 'transformer', heads: 2, window: 4, positions: 'relative', activation: 'silu' },
  { type: 'batch-normalization' },
  { type: 'feed-forward', size: 8, activation: 'tanh' },
])('so does that of a layer %j', async (layer) => {
  const folder = temporaryFolder();
  const path = join(folder, 'model.safetensors');
  const section = { embedding: { size: 8 }, layers: [layer, { type: 'normalization' }] };
  const { vocabularySize: _, ...options } = modelOptions(section, characters.tokens.length);
  const table = parameterTable({ ...options, vocabularySize: characters.tokens.length });
  const arena = new Float32Array(table.arenaLength);
  initialize(arena, table, { type: 'uniform', range: 0.5 }, createRandom(5));
  writeModelFile(path, {
    config: { name: 'test', corpus: { path: 'corpus.txt' }, model: options } as unknown as JsonValue,
    tokenizer: characters,
    parameters: table.entries.map((entry) => ({ name: entry.name, shape: entry.shape, data: entryView(arena, entry) })),
  });
  const own = openModel(path, engine);
  const graph = onnxGraph(own, 'scan');
  for (const variant of [graph, toFloat16(graph), toInt8(graph)]) await (await open(variant, own as typeof model)).close();
});

/** Nodes that come after those of an export. */
function more(...added: Partial<OnnxNode>[]): Partial<OnnxGraph> {
  const nodes = added.map((node) => ({ type: '', inputs: [], outputs: [], attributes: {}, ...node }));
  return { nodes: [...plain.nodes, ...nodes] };
}

const doublings = (first: string) =>
  Array.from({ length: 24 }, (_, i) => {
    const operand = i === 0 ? first : `d${i}`;
    return { type: 'Concat', inputs: [operand, operand], outputs: [`d${i + 1}`], attributes: { axis: 0 } };
  });

describe('a file with a right checksum is refused before it is run', () => {
  const [first, ...rest] = plain.initializers;
  it.each<[string, Partial<OnnxGraph>, string]>([
    [
      'an operator that makes much of little',
      { nodes: [...plain.nodes, { type: 'ConstantOfShape', inputs: ['size'], outputs: ['much'], attributes: {} }] },
      '"ConstantOfShape"',
    ],
    [
      'a weight that claims to be larger than it is',
      { initializers: [{ ...first!, shape: [1_000_000, 1_000_000] }, ...rest] },
      'a constant of shape [1000000, 1000000] has',
    ],
    ['logits that are put together with themselves again and again', more(...doublings('logits')), 'elements, and'],
    ['a constant that is put together with itself', more(...doublings('decoder.bias')), 'elements, and'],
    [
      'a product of a column and a row',
      {
        initializers: [
          ...plain.initializers,
          { name: 'column', shape: [20_000, 1], data: new Float32Array(20_000) },
          { name: 'row', shape: [1, 20_000], data: new Float32Array(20_000) },
        ],
        ...more({ type: 'Mul', inputs: ['column', 'row'], outputs: ['much'] }),
      },
      'elements, and',
    ],
    [
      'products of matrices that no export has',
      more(
        ...Array.from({ length: 40 }, (_, i) => ({
          type: 'Gemm',
          inputs: ['decoder.rows', 'decoder.weight', 'decoder.bias'],
          outputs: [`g${i}`],
          attributes: { transB: 1 },
        })),
      ),
      'multiplications, and',
    ],
    [
      'more operators than any export has',
      more(...Array.from({ length: 10_001 }, (_, i) => ({ type: 'Identity', inputs: ['logits'], outputs: [`o${i}`] }))),
      'more than 10000 operators',
    ],
    ['an operator of twice the same result', more({ type: 'Relu', inputs: ['logits'], outputs: ['logits'] }), 'computed twice'],
    [
      'an operator that reads what is not there',
      more({ type: 'Relu', inputs: ['nothing'], outputs: ['x'] }),
      '"nothing" is read',
    ],
    [
      'an attribute that no export has',
      more({ type: 'Concat', inputs: ['logits'], outputs: ['x'], attributes: { axis: 0, constructor: 1 } }),
      'Concat has the attribute "constructor"',
    ],
    ['a weight that comes twice', { initializers: [first!, ...plain.initializers] }, 'a constant comes twice'],
    ['a state of another size', { inputs: plain.inputs.map((one) => ({ ...one, shape: ['batch', 3] })) }, 'needs tokens int64'],
    ['an output less', { outputs: plain.outputs.slice(1) }, 'inputs or outputs where its config needs'],
    [
      'bodies within bodies',
      {
        nodes: [
          {
            type: 'Scan',
            inputs: [],
            outputs: [],
            attributes: {
              body: { ...plain, nodes: [{ type: 'Scan', inputs: [], outputs: [], attributes: { body: plain } }] },
            },
          },
        ],
      },
      'nested deeper',
    ],
  ])('for %s', async (_, change, message) => {
    await expect(open({ ...plain, ...change })).rejects.toThrow(refused(message));
  });

  it('for weights that are in another file', async () => {
    const graph = new ProtobufWriter();
    graph.message(5, (tensor) => {
      tensor.text(8, 'table');
      tensor.message(13, (entry) => entry.text(2, '/etc/passwd'));
    });
    const file = new ProtobufWriter();
    file.bytes(7, graph.finish());
    const { readGraph } = await import('../../src/onnx/read-graph.js');
    expect(() => readGraph(file.finish())).toThrow('a constant has a field of number 13');
  });

  it('for an operator that does not accept a type, which onnxruntime reports', async () => {
    const foreign = more({ type: 'Tanh', inputs: ['tokens'], outputs: ['x'] });
    await expect(open({ ...plain, ...foreign })).rejects.toThrow(refused('cannot be computed by onnxruntime'));
  });
});

it('an exported file of a model with a wide embedding is computed for many tokens: the limit on its work counts the columns', async () => {
  const wide = { cell: { type: 'rnn', nonlinearity: 'tanh' }, layers: 1, hiddenSize: 3, embeddingSize: 1000 };
  const own = randomModel(engine, { model: wide, range: 0.1 });
  const exported = await open(onnxGraph(own, 'scan'), own);
  const tokens = Int32Array.from({ length: 200 }, (_, i) => (i * 7) % 22);
  let losses = 0;
  const onWindow = (_: Float32Array, __: number, count: number) => {
    losses += count;
  };
  await scoreTokens({ model: exported, engine, tokens, sequenceLength: 64, onWindow });
  await exported.close();
  expect(losses).toBe(199);
});

it('an exported file resets its state where documents end, as our own graphs do', async () => {
  const exported = await open(plain);
  const tokens = Int32Array.from({ length: 50 }, (_, i) => (i * 7) % 22);
  const source = memoryTokenSource(
    tokens,
    Uint8Array.from(tokens, (_, i) => ([9, 10, 31].includes(i) ? 1 : 0)),
  );
  const losses = async (network: typeof model | typeof exported) => {
    const all: number[] = [];
    const onWindow = (window: Float32Array, _: number, count: number) => void all.push(...window.subarray(0, count));
    await scoreTokens({ model: network, engine, tokens: source, sequenceLength: 16, onWindow });
    return all;
  };
  const [own, other] = [await losses(model), await losses(exported)];
  await exported.close();
  expect(own).toHaveLength(49);
  for (const [i, loss] of own.entries()) expect(other[i]).toBeCloseTo(loss, 4);
});
