import { expect, test } from 'vitest';
import { evaluate } from '../../../src/engine/reference/reference-engine.js';
import { input } from '../../../src/graph/operations/input.js';
import { plainStep } from '../../../src/model/cells/cell.js';
import { slstm } from '../../../src/model/cells/slstm.js';
import { modelOptions } from '../../../src/model/specification.js';

test.each(['sigmoid', 'exponential'] as const)(
  'exponents beyond the range of a float32 leave the step as it is: %s forget gate',
  (forget) => {
    // One input 0, one unit: the gates i, f, z, o are their biases.
    const node = (name: string, columns = 1, rows = 1) => input(name, { rows, columns });
    const state = ['h', 'c', 'n', 'm'].map((name) => node(name));
    const parameters = { weight_ih: node('W', 1, 4), weight_hh: node('U', 1, 4), bias_ih: node('b', 4), bias_hh: node('d', 4) };
    const { output, state: next } = slstm.create({ forget }).step(
      node('x'),
      state,
      parameters,
      plainStep((_, value) => value),
    );
    const step = (gates: readonly number[], c: number, n: number, m: number) => {
      const zeros = { x: [0], h: [0], W: [0, 0, 0, 0], U: [0, 0, 0, 0], d: [0, 0, 0, 0] };
      const given = Object.entries({ ...zeros, b: gates, c: [c], n: [n], m: [m] });
      const inputs = Object.fromEntries(given.map(([name, values]) => [name, [Float32Array.from(values)]]));
      const wanted = { output, c: next[1]!, n: next[2]!, m: next[3]! };
      const found = evaluate(wanted, inputs, { shards: 1, allocate: (length) => new Float32Array(length) });
      return Object.fromEntries(Object.entries(found).map(([name, [values]]) => [name, values![0]!]));
    };
    // c = 6 exp(m), n = 2 exp(m); the input gate is exp(200) and hides them, or exp(-200) and is hidden.
    const half = 0.5 * Math.tanh(0.3);
    expect(step([200, 0, 0.3, 0], 6, 2, 0).output).toBeCloseTo(half, 6);
    expect(step([-200, 0, 0.3, 0], 6, 2, 0).output).toBeCloseTo(0.5 * 3, 6);
    // Both of one size, with exponents of 150.
    const logF = forget === 'sigmoid' ? -Math.log(1 + Math.exp(-1)) : 1;
    const [f, i] = [Math.exp(logF), Math.exp(0.5)];
    const both = step([150.5, 1, 0.3, 0], 6, 2, 150);
    expect(both.output).toBeCloseTo((0.5 * (6 * f + i * Math.tanh(0.3))) / (2 * f + i), 4);
    expect(both.m).toBeCloseTo(150 + Math.max(logF, 0.5), 4);
  },
);

test('zoneout keeps values of h alone, because c, n and m belong together', () => {
  const zoneout = (part: string) => modelOptions({ layers: [{ type: 'slstm', zoneout: { [part]: 0.1 } }] }, 5);
  expect(() => zoneout('h')).not.toThrow();
  for (const part of ['c', 'n', 'm'])
    expect(() => zoneout(part)).toThrow(`model.layers.0.zoneout has the unknown key "${part}"; known: h`);
});
