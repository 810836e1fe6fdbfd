import { describe, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/engine.js';
import { createOnnxRuntimeEngine } from '../../src/engine/onnxruntime/onnxruntime-engine.js';
import { createReferenceEngine } from '../../src/engine/reference/reference-engine.js';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { createStreamEvaluator } from '../../src/evaluate/stream-evaluator.js';
import { createRandom } from '../../src/foundation/random.js';
import { scoringGraph, trainingGraph } from '../../src/model/graphs.js';
import { memoryTokenSource } from '../../src/text/batches.js';
import { prepare, relativeError } from '../engine/model-fixture.js';
import { tokenLosses } from '../evaluate/token-losses.js';
import { randomModel } from '../sample/trained-model.js';
import { cells, stateNames, twoLayers } from './short-form.js';

/** Compiles a graph with the fixture's parameters, the same in every graph, and zero states. */
function open(engine: Engine, cell: (typeof cells)[number], sequenceLength: number, resets: boolean) {
  const model = twoLayers(cell);
  const program = prepare(
    engine,
    model,
    trainingGraph(model, { batchSize: 1, sequenceLength, shards: 1, resets }, { seed: 0 }),
  );
  for (const name of stateNames(model)) program.inputs[name]![0]!.fill(0);
  program.inputs.weights![0]!.fill(1);
  program.inputs.inverseCount![0]![0] = 1 / sequenceLength;
  return program;
}

/** Every cell, and one that keeps several inputs from before. */
const tested = [...cells, { type: 'qrnn', window: 3 }];

describe('a state that is reset where documents end', () => {
  it.each(tested)('is learned from as if each document stood alone: $type', async (cell) => {
    const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
    const random = createRandom(4);
    const [tokens, targets] = [1, 2].map(() => Int32Array.from({ length: 8 }, () => random.integer(11)));
    const run = async (program: ReturnType<typeof open>, from: number) => {
      const [input, target] = [program.inputs.tokens![0]!, program.inputs.targets![0]!];
      input.set(tokens!.subarray(from, from + input.length));
      target.set(targets!.subarray(from, from + input.length));
      await program.run();
      return Object.fromEntries(Object.entries(program.outputs).map(([name, [part]]) => [name, Float32Array.from(part!)]));
    };
    const whole = open(engine, cell, 8, true);
    whole.inputs.keep![0]!.set([1, 1, 1, 0, 1, 1, 1, 1]);
    const together = await run(whole, 0);
    const first = await run(open(engine, cell, 3, false), 0);
    const second = await run(open(engine, cell, 5, false), 3);
    for (const [name, values] of Object.entries(together)) {
      const isState = name.startsWith('next.');
      const apart = values.map((_, i) => (isState ? second[name]![i]! : (3 * first[name]![i]! + 5 * second[name]![i]!) / 8));
      expect(relativeError(values, apart), name).toBeLessThan(1e-5);
    }
    engine.close();
  });

  it.each(tested)('is computed alike by all engines: $type', async (cell) => {
    for (const shards of [1, 2]) {
      const window = { batchSize: 4, sequenceLength: 5, shards, resets: true };
      const reference = createReferenceEngine({ shards });
      const typedArray = createTypedArrayEngine({ shards, threads: 2 });
      const engines =
        shards === 1 ? [typedArray, await createOnnxRuntimeEngine({ provider: 'cpu', threads: 1 })] : [typedArray];
      for (const graph of [trainingGraph(twoLayers(cell), window, { seed: 5 }), scoringGraph(twoLayers(cell), window)]) {
        const prepared = (engine: Engine) => {
          const program = prepare(engine, twoLayers(cell), graph);
          for (const part of program.inputs.keep!) part.set(Float32Array.from(part, (_, i) => Number(i % 3 > 0)));
          return program;
        };
        const expected = prepared(reference);
        await expected.run();
        for (const engine of engines) {
          const actual = prepared(engine);
          await actual.run();
          for (const [output, parts] of Object.entries(expected.outputs)) {
            parts.forEach((part, i) => {
              expect(relativeError(actual.outputs[output]![i]!, part), output).toBeLessThan(2e-5);
            });
          }
        }
      }
      for (const engine of engines) engine.close();
    }
  });

  it('makes no graph another where it is not', () => {
    const graph = trainingGraph(twoLayers(cells[0]!), { batchSize: 2, sequenceLength: 3, shards: 1 }, { seed: 0 });
    const engine = createReferenceEngine();
    expect(engine.compile(graph).inputs).not.toHaveProperty('keep');
  });
});

describe('documents, the last token of each being 0', () => {
  const random = createRandom(9);
  const documents = [5, 1, 40, 2, 33, 70].map((length) => [...Array.from({ length }, () => 1 + random.integer(21)), 0]);
  const tokens = Int32Array.from(documents.flat());
  const source = memoryTokenSource(
    tokens,
    Uint8Array.from(tokens, (id) => Number(id === 0)),
  );

  /** Nats of each document after the end of another, alone. */
  async function alone(engine: Engine): Promise<number[]> {
    const model = randomModel(engine);
    const nats: number[] = [];
    for (const document of documents) {
      const losses = await tokenLosses({ model, engine, tokens: Int32Array.of(0, ...document), sequenceLength: 7 });
      nats.push(losses.reduce((sum, loss) => sum + loss, 0));
    }
    return nats;
  }

  it('are scored as each is alone', async () => {
    const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
    const expected = await alone(engine);
    const losses = await tokenLosses({ model: randomModel(engine), engine, tokens: source });
    // The first document follows nothing, so that its first token is not predicted.
    let start = documents[0]!.length - 1;
    for (let d = 1; d < documents.length; d++) {
      const end = start + documents[d]!.length;
      const nats = losses.subarray(start, end).reduce((sum, loss) => sum + loss, 0);
      expect(Math.abs(nats / expected[d]! - 1)).toBeLessThan(1e-5);
      start = end;
    }
    engine.close();
  });

  it('are measured alike in streams that each begin with a document', async () => {
    const same = [...documents[4]!, ...documents[4]!, ...documents[4]!, ...documents[4]!];
    const ids = Int32Array.from([0, ...same]);
    const tokens = memoryTokenSource(
      ids,
      Uint8Array.from(ids, (id) => Number(id === 0)),
    );
    const engine = createTypedArrayEngine({ shards: 2, threads: 1 });
    const model = randomModel(engine);
    const parts = { engine, model: model.options, table: model.table, parameters: model.arena };
    const { loss } = await createStreamEvaluator({ ...parts, tokens, batchSize: 4, sequenceLength: 10 }).run();
    const one = createTypedArrayEngine({ shards: 1, threads: 1 });
    const expected = (await alone(one))[4]! / documents[4]!.length;
    expect(Math.abs(loss / expected - 1)).toBeLessThan(1e-5);
    engine.close();
    one.close();
  });
});
