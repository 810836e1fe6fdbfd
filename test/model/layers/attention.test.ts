/** Attention and Transformer layers against plain torch programs that loop over the positions: test/golden/attention.py. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../../src/engine/reference/reference-engine.js';
import type { OptionValues } from '../../../src/foundation/options.js';
import { gradients } from '../../../src/graph/autodiff.js';
import { input, parameter } from '../../../src/graph/operations/input.js';
import { multiply } from '../../../src/graph/operations/pointwise.js';
import { columnSums, rowSums } from '../../../src/graph/operations/sums.js';
import { layerTypes } from '../../../src/model/layers/index.js';
import type { LayerContext } from '../../../src/model/layers/layer.js';
import { modelOptions, modelSpecification } from '../../../src/model/specification.js';

type Matrix = number[][];

interface AttentionCase {
  layer: { type: string };
  parameters: Record<string, number[] | Matrix>;
  windows: { x: Matrix; keep: number[]; output: Matrix }[];
  dY: Matrix;
  gradients: Record<string, number[] | Matrix>;
}

const cases: AttentionCase[] = JSON.parse(readFileSync(new URL('../../golden/attention.json', import.meta.url), 'utf8'));
const [STEPS, BATCH, SIZE] = [4, 2, 8];
const flat = (values: number[] | Matrix) => Float64Array.from(values.flat());
const inDouble = { shards: 1, allocate: (length: number) => new Float64Array(length) };

/** The layer of a case on a window, with the state as inputs. */
function graphOf({ layer: values }: Pick<AttentionCase, 'layer'>, mask: LayerContext['mask'] = () => undefined) {
  const [choice] = modelSpecification({ embedding: { size: SIZE }, layers: [values] }).layers;
  const declaration = layerTypes.find(({ type }) => type === values.type)!;
  const layer = declaration.create(choice as unknown as OptionValues, { inputSize: SIZE, size: choice!.size ?? SIZE });
  const parameters = new Map(
    layer.parameters.map(({ name, shape }) => [name, parameter(name, shape.length === 1 ? 1 : shape[0], shape.at(-1)!)]),
  );
  const states = new Map(layer.states.map(({ name, columns }) => [name, input(name, { rows: BATCH, columns, sharded: true })]));
  const x = input('x', { rows: STEPS * BATCH, columns: SIZE, sharded: true });
  const keep = input('keep', { rows: STEPS * BATCH, columns: 1, sharded: true });
  const context: LayerContext = {
    mode: 'train',
    steps: STEPS,
    batch: BATCH,
    parameter: (name) => parameters.get(name)!,
    state: (name) => states.get(name)!,
    keep,
    mask,
    weightMask: () => undefined,
    tap: (_, value) => value,
    penalty: () => undefined,
    updateBuffer: () => undefined,
    standard: () => undefined,
  };
  const { output, state } = layer.forward(x, context);
  const dY = input('dY', { rows: output.rows, columns: output.columns, sharded: true });
  const names = ['x', ...parameters.keys()];
  const derived = gradients(rowSums(columnSums(multiply(output, dY))), [x, ...parameters.values()]);
  return {
    parameters: layer.parameters,
    states: layer.states,
    outputs: {
      output,
      ...Object.fromEntries(layer.states.map(({ name }, i) => [`next.${name}`, state[i]!])),
      ...Object.fromEntries(names.map((name, i) => [`gradient.${name}`, derived[i]!])),
    },
  };
}

function difference(actual: ArrayLike<number>, expected: number[] | Matrix): number {
  const golden = flat(expected);
  expect(actual.length).toBe(golden.length);
  return Math.max(...golden.map((value, i) => Math.abs(value - actual[i]!)));
}

describe.each(cases.map((one) => [Object.values(one.layer).join(' '), one] as const))('%s', (_, one) => {
  test('has the outputs and gradients of torch, over two windows, with resets of the state', () => {
    const { states, outputs } = graphOf(one);
    const parameters = Object.fromEntries(Object.entries(one.parameters).map(([name, values]) => [name, [flat(values)]]));
    let state: Record<string, [Float64Array]> = Object.fromEntries(
      states.map(({ name, columns }) => [name, [new Float64Array(BATCH * columns)]]),
    );
    for (const [i, { x, keep, output }] of one.windows.entries()) {
      const inputs = { ...parameters, ...state, x: [flat(x)], keep: [Float64Array.from(keep)], dY: [flat(one.dY)] };
      const found = evaluate(outputs, inputs, inDouble);
      expect(difference(found.output![0]!, output), `window ${i}`).toBeLessThan(1e-12);
      state = Object.fromEntries(states.map(({ name }) => [name, found[`next.${name}`] as [Float64Array]]));
      if (i === 0) continue;
      for (const [name, expected] of Object.entries(one.gradients))
        expect(difference(found[`gradient.${name}`]![0]!, expected), name).toBeLessThan(1e-11);
    }
  });
});

describe('a Transformer layer', () => {
  const layers = (options: object) => ({ embedding: { size: 12 }, layers: [{ type: 'transformer', ...options }] });

  test('has a size that its heads divide', () => {
    expect(() => modelOptions(layers({ heads: 5 }), 10)).toThrow(
      'model.layers.0.heads: the 12 values of the layer cannot be cut into 5 equal heads',
    );
  });

  test('applies dropout to its branches: with all of their values dropped, the output is the input', () => {
    const rates: number[] = [];
    const graph = graphOf(
      { layer: { type: 'transformer', heads: 2, branchDropout: 0.25 } as never },
      ({ columns, rate, span }) => {
        rates.push(rate);
        expect([columns, span]).toEqual([SIZE, 'step']);
        return input('mask', { rows: STEPS * BATCH, columns, sharded: true });
      },
    );
    const values = (rows: number, columns: number) => Float64Array.from({ length: rows * columns }, (_, i) => Math.sin(1 + i));
    const inputs: Record<string, [Float64Array]> = {
      keep: [values(STEPS * BATCH, 1).fill(1)],
      mask: [values(STEPS * BATCH, SIZE)],
    };
    for (const { name, shape } of graph.parameters) inputs[name] = [values(shape.length === 1 ? 1 : shape[0], shape.at(-1)!)];
    for (const { name, columns } of graph.states) inputs[name] = [values(BATCH, columns)];
    inputs.x = [values(STEPS * BATCH, SIZE)];
    expect(rates).toEqual([0.25, 0.25]);
    const output = () => evaluate({ output: graph.outputs.output }, inputs, inDouble).output![0]!;
    expect(output()).not.toEqual(inputs.x[0]);
    inputs.mask![0].fill(0);
    expect(output()).toEqual(inputs.x[0]);
  });

  test('has `expansion` times its size between the two products', () => {
    const shapes = (options: object) =>
      graphOf({ layer: { type: 'transformer', ...options } as never }).parameters.find(({ name }) => name === 'linear1_weight')!
        .shape;
    expect(shapes({ expansion: 3 })).toEqual([3 * SIZE, SIZE]);
    expect(shapes({})).toEqual([4 * SIZE, SIZE]);
  });

  test('rotates pairs of values', () => {
    expect(() => modelOptions(layers({ heads: 4 }), 10)).toThrow(
      'model.layers.0.positions: rotary positions turn pairs of values, and a head has 3',
    );
    expect(() => modelOptions(layers({ heads: 4, positions: 'relative' }), 10)).not.toThrow();
  });
});
