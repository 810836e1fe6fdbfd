import { describe, expect, test } from 'vitest';
import { createReferenceEngine, evaluate } from '../../../src/engine/reference/reference-engine.js';
import { createTypedArrayEngine } from '../../../src/engine/typed-array/typed-array-engine.js';
import { type Node, type Outputs, topologicalOrder } from '../../../src/graph/node.js';
import { dropoutMaskOperation } from '../../../src/graph/operations/dropout-mask.js';
import { input } from '../../../src/graph/operations/input.js';
import { predictionGraph, trainingGraph } from '../../../src/model/graphs.js';
import { drop } from '../../../src/model/modifiers/dropout.js';
import { type ModelOptions, modelOptions } from '../../../src/model/specification.js';
import { prepare, relativeError } from '../../engine/model-fixture.js';

const V = 300;
const everywhere = (span: 'step' | 'window') =>
  modelOptions(
    {
      embedding: { size: 24, dropout: { input: 0.1, word: 0.15, span } },
      layers: [
        {
          type: 'lstm',
          size: 32,
          dropout: { output: 0.2, input: 0.3, state: 0.4, update: 0.5, weight: 0.6, span },
          zoneout: { h: 0.25, c: 0.35 },
        },
      ],
    },
    V,
  );
const window = { batchSize: 8, sequenceLength: 16, shards: 1 };
/** Rates in the order of the masks, and the shape of each where span is `window`. */
const rates = { word: 0.15, embedded: 0.1, input: 0.3, h: 0.25, c: 0.35, weight: 0.6, state: 0.4, update: 0.5, output: 0.2 };

const masksOf = (graph: Outputs): Node[] =>
  topologicalOrder(Object.values(graph))
    .filter(({ operation }) => operation === dropoutMaskOperation)
    .toSorted((a, b) => Number(a.attributes.site) - Number(b.attributes.site));

/** The values of all masks in the step of training, for each shard. */
function draw(model: ModelOptions, { shards = 1, step = 3, seed = 5 } = {}) {
  const masks = masksOf(trainingGraph(model, { ...window, shards }, { seed }));
  const outputs = Object.fromEntries(masks.map((mask, i) => [Object.keys(rates)[i]!, mask]));
  const inputs = { step: [Int32Array.of(step)] };
  return evaluate(outputs, inputs, { shards, allocate: (length) => new Float32Array(length) });
}

describe('the masks of a window', () => {
  test.each(['step', 'window'] as const)('of span %s have the requested rates and scale', (span) => {
    const masks = draw(everywhere(span));
    expect(Object.keys(masks)).toEqual(Object.keys(rates));
    for (const [name, rate] of Object.entries(rates)) {
      const [mask] = masks[name]!;
      const dropped = mask!.filter((value) => value === 0).length;
      // Five standard deviations of a binomial distribution, and the draws are the same in each run of this test.
      expect(Math.abs(dropped / mask!.length - rate), name).toBeLessThan(5 * Math.sqrt((rate * (1 - rate)) / mask!.length));
      expect(new Set(mask), name).toEqual(new Set([0, Math.fround(1 / (1 - rate))]));
    }
  });

  test('are for all steps, for one step, or for a parameter', () => {
    const { batchSize: B, sequenceLength: T } = window;
    const lengths = (span: 'step' | 'window') =>
      Object.fromEntries(Object.entries(draw(everywhere(span))).map(([name, [mask]]) => [name, mask!.length]));
    const common = { word: V, h: T * B * 32, c: T * B * 32, weight: 4 * 32 * 32 };
    expect(lengths('step')).toMatchObject({ ...common, embedded: T * B * 24, input: T * B * 24, state: T * B * 32 });
    expect(lengths('window')).toMatchObject({ ...common, embedded: B * 24, input: B * 24, state: B * 32, update: B * 32 });
  });

  test('differ from place to place, step to step and seed to seed', () => {
    const masks = draw(everywhere('step'));
    expect(masks.h).not.toEqual(masks.c);
    expect(masks.embedded![0]!.map(Math.sign)).not.toEqual(masks.input![0]!.map(Math.sign));
    expect(draw(everywhere('step'), { step: 4 }).weight).not.toEqual(masks.weight);
    expect(draw(everywhere('step'), { seed: 6 }).weight).not.toEqual(masks.weight);
  });

  test('are those of the whole batch in each shard, and the same for all shards for a parameter', () => {
    const { batchSize: B } = window;
    const [whole, parts] = [draw(everywhere('window')), draw(everywhere('window'), { shards: 4 })];
    for (const name of Object.keys(rates)) {
      const [mask] = whole[name]!;
      if (name === 'word' || name === 'weight') {
        expect(parts[name], name).toEqual([mask]);
        continue;
      }
      const columns = name === 'embedded' || name === 'input' ? 24 : 32;
      const rowsOf = (values: ArrayLike<number>) =>
        Array.from({ length: values.length / columns }, (_, r) => Array.from(values).slice(r * columns, (r + 1) * columns));
      const rows = rowsOf(mask!);
      for (const [shard, part] of parts[name]!.entries()) {
        const expected = rows.filter((_, r) => Math.floor((r % B) / (B / 4)) === shard);
        expect(rowsOf(part), `${name} in shard ${shard}`).toEqual(expected);
      }
    }
  });
});

test('a mask that is locked over a window drops the same values at each step', async () => {
  const [B, T, C] = [2, 5, 8];
  const x = input('x', { rows: T * B, columns: C, sharded: true });
  const mask = input('mask', { rows: B, columns: C, sharded: true });
  const program = createReferenceEngine().compile({ y: drop(x, 0.5, 'window', { steps: T, mask: () => mask }) });
  program.inputs.x![0]!.set(Array.from({ length: T * B * C }, (_, i) => i + 1));
  program.inputs.mask![0]!.set(Array.from({ length: B * C }, (_, i) => (i % 3 === 0 ? 0 : 2)));
  await program.run();
  const expected = Array.from({ length: T * B * C }, (_, i) => ((i % (B * C)) % 3 === 0 ? 0 : 2 * (i + 1)));
  expect([...program.outputs.y![0]!]).toEqual(expected);
});

test('a word that is dropped is zero wherever it occurs in the window', async () => {
  const model = modelOptions({ embedding: { size: 3, dropout: { word: 0.5 } }, layers: [{ type: 'rnn', size: 3 }] }, 12);
  const graph = trainingGraph(model, { batchSize: 4, sequenceLength: 8, shards: 1 }, { seed: 1 });
  const program = prepare(createReferenceEngine(), model, graph);
  program.inputs.weights![0]!.fill(1);
  await program.run();
  const [mask] = Object.values(
    evaluate({ mask: masksOf(graph)[0]! }, { step: [Int32Array.of(3)] }, { shards: 1, allocate: (n) => new Float32Array(n) }),
  )[0]!;
  const gradient = program.outputs['gradient.encoder.weight']![0]!;
  const used = new Set(program.inputs.tokens![0]! as Int32Array);
  expect([...mask!].filter((kept, word) => kept === 0 && used.has(word)).length).toBeGreaterThan(2);
  for (const word of used)
    expect(
      gradient.subarray(3 * word, 3 * word + 3).some((g) => g !== 0),
      `word ${word}`,
    ).toBe(mask![word] !== 0);
});

test.each(['step', 'window'] as const)('any number of threads gives the same bits, with masks of span %s', async (span) => {
  const model = everywhere(span);
  const graph = trainingGraph(model, { ...window, shards: 4 }, { seed: 5 });
  const results: Record<string, number[]>[] = [];
  for (const threads of [1, 2, 4]) {
    const engine = createTypedArrayEngine({ shards: 4, threads });
    const program = prepare(engine, model, graph);
    await program.run();
    results.push(
      Object.fromEntries(Object.entries(program.outputs).map(([name, parts]) => [name, parts.flatMap((part) => [...part])])),
    );
    engine.close();
  }
  expect(results[1]).toEqual(results[0]);
  expect(results[2]).toEqual(results[0]);
  const one = prepare(createReferenceEngine(), model, trainingGraph(model, window, { seed: 5 }));
  await one.run();
  for (const name of ['loss', 'gradient.rnn.weight_hh_l0', 'gradient.encoder.weight'])
    expect(relativeError(results[0]![name]!, one.outputs[name]![0]!), name).toBeLessThan(1e-5);
});

test('nothing is dropped after training', () => {
  expect(masksOf(predictionGraph(everywhere('step'), window))).toEqual([]);
});
