import { describe, expect, test } from 'vitest';
import type { ModelValue, ModelValues, RunnableModel } from '../../src/engine/onnxruntime/run-model.js';
import { createReferenceEngine } from '../../src/engine/reference/reference-engine.js';
import { createCarriedState } from '../../src/model/carried-state.js';
import { exportedProgram } from '../../src/model/exported-network.js';
import { type ModelOptions, modelOptions } from '../../src/model/specification.js';
import { predictionProgram, readingProgram, scoringProgram } from '../../src/model/window-programs.js';
import { userErrorOf } from '../foundation/thrown.js';

const V = 3;
const options = modelOptions({ layers: [{ type: 'lstm', size: 2 }], embedding: { size: 2 } }, V);

/**
 * A file with the inputs and outputs of an LSTM of two values and simple equations: h = h / 2 + token in both values, c counts the tokens,
 * and the logit of token v is h + v c. It notes [batch, steps] of each run.
 */
function countingFile(vocabulary = V): RunnableModel & { readonly runs: number[][] } {
  const runs: number[][] = [];
  return {
    runs,
    async run(inputs) {
      const [batch, steps] = inputs.tokens!.shape as [number, number];
      expect([inputs['h.0']!.shape, inputs['c.0']!.shape]).toEqual([
        [batch, 2],
        [batch, 2],
      ]);
      runs.push([batch, steps]);
      const [h, c] = ['h.0', 'c.0'].map((name) => Float32Array.from(inputs[name]!.data as Float32Array));
      const logits = new Float32Array(batch * steps * vocabulary);
      for (let b = 0; b < batch; b++) {
        for (let t = 0; t < steps; t++) {
          const token = Number(inputs.tokens!.data[b * steps + t]);
          for (const i of [2 * b, 2 * b + 1]) [h![i], c![i]] = [h![i]! / 2 + token, c![i]! + 1];
          if (vocabulary === V) for (let v = 0; v < V; v++) logits[(b * steps + t) * V + v] = h![2 * b]! + v * c![2 * b]!;
        }
      }
      const state = (data: Float32Array): ModelValue => ({ shape: [batch, 2], data });
      return { logits: { shape: [batch, steps, vocabulary], data: logits }, 'next.h.0': state(h!), 'next.c.0': state(c!) };
    },
    async close() {},
  };
}

const engine = createReferenceEngine();
const [B, T] = [3, 4];
const window = { batchSize: B, sequenceLength: T, shards: 1, resets: true };
/** By step and row. */
const tokens = [0, 1, 2, 2, 0, 1, 1, 2, 0, 2, 1, 1];
const targets = [1, 0, 2, 0, 2, 1, 1, 1, 0, 2, 0, 2];

function networkOf(exported: RunnableModel, precision = 'float32', model: ModelOptions = options) {
  return { options: model, precision, exported };
}

/** A state of the batch in which row b has the values b + 1 (h) and 10 (b + 1) (c). */
function startingState() {
  const state = createCarriedState(engine, options, B);
  state.inputs['h.0']![0]!.set([1, 1, 2, 2, 3, 3]);
  state.inputs['c.0']![0]!.set([10, 10, 20, 20, 30, 30]);
  return state;
}

/** What the equations give at each step of each row, with resets where `keep` is 0. */
function expected(keep: readonly number[]) {
  const h = [1, 2, 3];
  const c = [10, 20, 30];
  const logits: number[] = [];
  const losses: number[] = [];
  for (let t = 0; t < T; t++) {
    for (let b = 0; b < B; b++) {
      const place = t * B + b;
      h[b] = (h[b]! * keep[place]!) / 2 + tokens[place]!;
      c[b] = c[b]! * keep[place]! + 1;
      const row = [0, 1, 2].map((v) => h[b]! + v * c[b]!);
      logits.push(...row);
      losses.push(Math.log(row.reduce((sum, logit) => sum + Math.exp(logit), 0)) - row[targets[place]!]!);
    }
  }
  return { logits, losses, h: h.flatMap((value) => [value, value]), c: c.flatMap((value) => [value, value]) };
}

const kept = new Array<number>(B * T).fill(1);
/** Row 0 begins again at step 2, row 2 at steps 0 and 2. */
const resets = [1, 1, 0, 1, 1, 1, 0, 1, 0, 1, 1, 1];

describe('the program of an exported file', () => {
  test.each<[string, number[], string, number[][]]>([
    ['in one run of all rows and steps', kept, 'float32', [[3, 4]]],
    [
      'in parts between which states are reset',
      resets,
      'float32',
      [
        [3, 2],
        [3, 2],
      ],
    ],
    [
      'in int8 row by row',
      kept,
      'int8',
      [
        [1, 4],
        [1, 4],
        [1, 4],
      ],
    ],
    ['in int8 row by row, with resets', resets, 'int8', new Array(6).fill([1, 2])],
  ])('computes logits, losses and the state %s', async (_, keep, precision, parts) => {
    const { logits, losses, h, c } = expected(keep);
    for (const [make, output, wanted] of [
      [predictionProgram, 'logits', logits],
      [scoringProgram, 'loss', losses],
      [readingProgram, undefined, undefined],
    ] as const) {
      const file = countingFile();
      const state = startingState();
      const program = make(networkOf(file, precision), engine, window, state);
      program.inputs.tokens![0]!.set(tokens);
      program.inputs.targets?.[0]?.set(targets);
      expect(program.inputs.targets === undefined).toBe(output !== 'loss');
      program.inputs.keep![0]!.set(keep);
      await program.run();
      expect(file.runs).toEqual(parts);
      expect([...state.outputs['next.h.0']![0]!]).toEqual(h);
      expect([...state.outputs['next.c.0']![0]!]).toEqual(c);
      expect([...state.inputs['h.0']![0]!], 'the state before the window').toEqual([1, 1, 2, 2, 3, 3]);
      expect(Object.keys(program.outputs).sort()).toEqual([...(output ? [output] : []), 'next.c.0', 'next.h.0'].sort());
      if (!output) continue;
      expect(program.outputs[output]![0]).toHaveLength(wanted.length);
      for (const [i, value] of program.outputs[output]![0]!.entries()) expect(value).toBeCloseTo(wanted[i]!, 4);
    }
  });

  test('reads the state again in each run, and keeps it where no input says to reset it', async () => {
    const file = countingFile();
    const state = startingState();
    const program = predictionProgram(networkOf(file), engine, { ...window, resets: false }, state);
    expect(program.inputs.keep).toBeUndefined();
    program.inputs.tokens![0]!.set(tokens);
    await program.run();
    state.carry();
    await program.run();
    expect([...state.outputs['next.c.0']![0]!]).toEqual([18, 18, 28, 28, 38, 38]);
  });

  test('keeps all states where nothing sets the input for resets', async () => {
    const state = startingState();
    const program = predictionProgram(networkOf(countingFile()), engine, window, state);
    expect([...program.inputs.keep![0]!]).toEqual(kept);
    await program.run();
    expect([...state.outputs['next.c.0']![0]!]).toEqual([14, 14, 24, 24, 34, 34]);
  });

  test.each([
    [
      'float32',
      2,
      [
        [2, 2],
        [2, 2],
        [2, 1],
      ],
    ],
    [
      'int8',
      4,
      [
        [1, 4],
        [1, 1],
        [1, 4],
        [1, 1],
      ],
    ],
  ])('runs a window of a large vocabulary in parts of at most 8 Mi logits: %s', async (precision, steps, parts) => {
    // 2 rows of 2 steps, or 1 row of 4, have exactly as many logits.
    const vocabulary = 2 * 1024 * 1024;
    const model = modelOptions({ layers: [{ type: 'lstm', size: 2 }], embedding: { size: 2 } }, vocabulary);
    const file = countingFile(vocabulary);
    const state = createCarriedState(engine, model, 2);
    const size = { batchSize: 2, sequenceLength: 5, shards: 1 };
    await exportedProgram(networkOf(file, precision, model), size, state, 'nothing').run();
    const ordered = precision === 'int8' ? [file.runs[0], file.runs[2], file.runs[1], file.runs[3]] : file.runs;
    expect(ordered).toEqual(parts);
    expect(Math.max(...file.runs.map(([, length]) => length!))).toBe(steps);
    expect([...state.outputs['next.c.0']![0]!]).toEqual([5, 5, 5, 5]);
  });

  test('runs a vocabulary that alone is larger step by step', async () => {
    const vocabulary = 9 * 1024 * 1024;
    const model = modelOptions({ layers: [{ type: 'lstm', size: 2 }], embedding: { size: 2 } }, vocabulary);
    const file = countingFile(vocabulary);
    const size = { batchSize: 1, sequenceLength: 2, shards: 1 };
    await exportedProgram(networkOf(file, 'float32', model), size, createCarriedState(engine, model, 1), 'nothing').run();
    expect(file.runs).toEqual([
      [1, 1],
      [1, 1],
    ]);
  });

  test('has one shard', () => {
    const error = userErrorOf(() =>
      exportedProgram(networkOf(countingFile()), { ...window, shards: 2 }, startingState(), 'logits'),
    );
    expect(error.kind).toBe('usage');
    expect(error.message).toMatch(/engine of one shard, not 2/);
  });

  test.each<[string, (found: Record<string, ModelValue>) => Record<string, ModelValue>]>([
    ['logits', ({ logits: _, ...others }) => others],
    ['logits', (found) => ({ ...found, logits: { shape: [1], data: new Float32Array(1) } })],
    ['next.c.0', ({ 'next.c.0': _, ...others }) => others],
    ['next.h.0', (found) => ({ ...found, 'next.h.0': { shape: [6], data: new BigInt64Array(6) } })],
  ])('reports a file without fitting %s', async (name, change) => {
    const file = countingFile();
    const broken = { ...file, run: async (inputs: ModelValues) => change(await file.run(inputs)) };
    const program = predictionProgram(networkOf(broken), engine, window, startingState());
    await expect(program.run()).rejects.toMatchObject({
      kind: 'model',
      message: expect.stringMatching(`computes no ${name} of the size .* export it again`),
    });
  });
});
