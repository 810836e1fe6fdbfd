import { describe, expect, it } from 'vitest';
import { createReferenceEngine } from '../../../src/engine/reference/reference-engine.js';
import { createTypedArrayEngine } from '../../../src/engine/typed-array/typed-array-engine.js';
import { type DynamicEvaluationOptions, evaluateDynamically } from '../../../src/evaluate/dynamic/dynamic-evaluation.js';
import { evaluatePerplexity } from '../../../src/evaluate/perplexity.js';
import { createRandom } from '../../../src/foundation/random.js';
import { trainingGraph } from '../../../src/model/graphs.js';
import { gradientBindings, parameterBindings } from '../../../src/model/parameter-table.js';
import { withoutDropout } from '../../../src/model/specification.js';
import type { OpenedModel } from '../../../src/run/open-model.js';
import { memoryTokenSource } from '../../../src/text/batches.js';
import { randomModel } from '../../sample/trained-model.js';

const random = createRandom(10);
const draw = (length: number) => Int32Array.from({ length }, () => random.integer(22));
const train = draw(120);
const passage = draw(25);
const tokens = Int32Array.from([...passage, ...passage, ...passage, ...draw(4)]);
const reference = createReferenceEngine();
const model = randomModel(reference);
const rules = [{ type: 'sgd' }, { type: 'rms', train }] as const;

function evaluate(options: Partial<DynamicEvaluationOptions>) {
  const given = { engine: reference, model, tokens, rule: rules[0], learningRate: 0.1, decay: 0.002, windowLength: 5 };
  return evaluateDynamically({ ...given, ...options });
}

/** Loss and gradients of a window by the training graph, on parameters of one's own; moves the state on. */
function trainer({ options, table }: OpenedModel, arena: Float32Array, T: number) {
  const gradients = new Float32Array(arena.length);
  const graph = trainingGraph(withoutDropout(options), { batchSize: 1, sequenceLength: T, shards: 1 }, { seed: 0 });
  const program = reference.compile(graph, {
    inputs: parameterBindings(table, arena),
    outputs: gradientBindings(table, gradients),
  });
  program.inputs.weights![0]!.fill(1);
  program.inputs.inverseCount![0]![0] = 1 / T;
  return async (text: Int32Array) => {
    program.inputs.tokens![0]!.set(text.subarray(0, T));
    program.inputs.targets![0]!.set(text.subarray(1, T + 1));
    await program.run();
    for (const [name, [next]] of Object.entries(program.outputs))
      if (name.startsWith('next.')) program.inputs[name.slice(5)]![0]!.set(next!);
    return { loss: program.outputs.loss![0]![0]!, gradients };
  };
}

describe('dynamic evaluation', () => {
  it('takes a step on each window after it is predicted, and decays towards the trained parameters (Krause et al. 2018)', async () => {
    const [T, rate, decay] = [6, 0.2, 0.05];
    const parameters = Float32Array.from(model.arena);
    const run = trainer(model, parameters, T);
    let nats = 0;
    for (let start = 0; start + T < tokens.length; start += T) {
      const { loss, gradients } = await run(tokens.subarray(start, start + T + 1));
      nats += loss * T;
      for (let i = 0; i < parameters.length; i++)
        parameters[i]! += decay * (model.arena[i]! - parameters[i]!) - rate * gradients[i]!;
    }
    // 79 tokens are 13 windows of 6.
    const found = await evaluate({ learningRate: rate, decay, windowLength: T });
    expect(found.tokens).toBe(78);
    expect(Math.abs(found.nats / nats - 1)).toBeLessThan(1e-5);
  });

  it('divides by the root mean square of the gradients on the training text, and scales the decay by it', async () => {
    const [T, rate, decay] = [6, 0.01, 0.3];
    const length = model.arena.length;
    const squares = new Float64Array(length);
    const observe = trainer(model, Float32Array.from(model.arena), T);
    const windows = Math.floor((train.length - 1) / T);
    for (let w = 0; w < windows; w++) {
      const { gradients } = await observe(train.subarray(w * T, w * T + T + 1));
      for (let i = 0; i < length; i++) squares[i]! += gradients[i]! * gradients[i]!;
    }
    const rms = squares.map((square) => Math.sqrt(square / windows));
    const mean = rms.reduce((sum, value) => sum + value) / length;
    const parameters = Float32Array.from(model.arena);
    const run = trainer(model, parameters, T);
    let nats = 0;
    for (let start = 0; start + T < tokens.length; start += T) {
      const { loss, gradients } = await run(tokens.subarray(start, start + T + 1));
      nats += loss * T;
      for (let i = 0; i < length; i++) {
        const home = Math.min(1, (decay * rms[i]!) / mean) * (model.arena[i]! - parameters[i]!);
        parameters[i]! += home - (rate * gradients[i]!) / (rms[i]! + 0.001);
      }
    }
    const found = await evaluate({ rule: rules[1], learningRate: rate, decay, windowLength: T });
    expect(Math.abs(found.nats / nats - 1)).toBeLessThan(1e-5);
  });

  it.each(rules)('by $type lowers the loss on a text with a repeated passage', async (rule) => {
    const plain = await evaluatePerplexity({ engine: reference, model, tokens });
    const learningRate = rule.type === 'sgd' ? 1 : 0.05;
    expect((await evaluate({ rule, learningRate, decay: 0 })).nats).toBeLessThan(0.95 * plain.nats);
  });

  it.each(rules)(
    'by $type at the rate 0 is the static evaluation, bit for bit, and the model does not change',
    async (rule) => {
      const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
      const opened = randomModel(engine);
      const before = Float32Array.from(opened.arena);
      const options = { engine, model: opened, tokens };
      const plain = await evaluatePerplexity({ ...options, sequenceLength: 7 });
      expect(await evaluate({ ...options, rule, learningRate: 0, decay: 0.02, windowLength: 7 })).toEqual(plain);
      expect((await evaluate({ ...options, rule, learningRate: 0.01, windowLength: 7 })).nats).not.toBe(plain.nats);
      expect(opened.arena).toEqual(before);
      expect(await evaluatePerplexity({ ...options, sequenceLength: 7 })).toEqual(plain);
      engine.close();
    },
  );

  it('says that the rate is too large when the model diverges', async () => {
    const wild = randomModel(reference, { cell: { type: 'rnn', nonlinearity: 'relu' } });
    await expect(evaluate({ model: wild, learningRate: 1e30 })).rejects.toMatchObject({
      kind: 'diverged',
      message: expect.stringContaining('the rate 1e+30 is too large'),
    });
  });

  it('refuses texts that are too short', async () => {
    await expect(evaluate({ tokens: tokens.subarray(0, 1) })).rejects.toMatchObject({ kind: 'data' });
    const rule = { type: 'rms', train: train.subarray(0, 5) } as const;
    await expect(evaluate({ rule })).rejects.toThrow('the training text has 5 tokens');
  });

  it.each([
    ['rule.type', { rule: { type: 'adam' } as never }],
    ['learningRate', { learningRate: -1 }],
    ['decay', { decay: 1.1 }],
    ['decay', { decay: -0.1 }],
    ['windowLength', { windowLength: 0 }],
  ])('refuses a wrong %s', async (name, options) => {
    await expect(evaluate(options)).rejects.toMatchObject({ kind: 'usage', message: expect.stringContaining(`${name} is `) });
  });

  it('resets the state at the ends of documents', async () => {
    const ends = Uint8Array.from(tokens, (_, i) => Number(i % 9 === 4));
    const source = memoryTokenSource(Int32Array.from(tokens), ends);
    const plain = await evaluatePerplexity({ engine: reference, model, tokens: source, sequenceLength: 5 });
    const trainEnds = memoryTokenSource(train, new Uint8Array(train.length));
    for (const rule of [...rules, { type: 'rms', train: trainEnds } as const])
      expect(await evaluate({ tokens: source, rule, learningRate: 0 })).toEqual(plain);
    expect((await evaluate({ learningRate: 0 })).nats).not.toBe(plain.nats);
  });

  it('reports progress, also for an incomplete last window', async () => {
    const told: number[] = [];
    await evaluate({ windowLength: 50, onProgress: (done, total) => void told.push(done, total) });
    expect(told).toEqual([50, 78, 78, 78]);
  });
});
