import { expect, test } from 'vitest';
import { createTypedArrayEngine } from '../../../src/engine/typed-array/typed-array-engine.js';
import { createRandom } from '../../../src/foundation/random.js';
import { input, parameter } from '../../../src/graph/operations/input.js';
import { rotated, rotationParameters } from '../../../src/model/cells/exp-rnn.js';

/** Q h for each row of h, with values of U and V by a function of their first ones. */
async function rotate(size: number, h: Float32Array, change: (value: number) => number) {
  const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
  const [u, v] = rotationParameters(size).map(({ name, shape }) => parameter(name, shape[0], shape[1]!));
  const program = engine.compile({ y: rotated(input('h', { rows: h.length / size, columns: size, sharded: true }), u!, v!) });
  const random = createRandom(2);
  const angles: number[] = [];
  for (const { name, initial } of rotationParameters(size)) {
    const values = new Float32Array(program.inputs[name]![0]!.length);
    if (typeof initial === 'function') initial(values, random);
    if (name === 'weight_v') angles.push(...values.filter((value) => value !== 0));
    program.inputs[name]![0]!.set(values.map(change));
  }
  program.inputs.h![0]!.set(h);
  await program.run();
  const y = Float32Array.from(program.outputs.y![0]!);
  engine.close();
  return { y, angles };
}

test.each([1, 2, 7, 64])('begins by turning pairs of units by their angles: %d units', async (size) => {
  const h = Float32Array.from({ length: size }, (_, i) => 1 + (i % 3));
  const { y, angles } = await rotate(size, h, (value) => value);
  const pairs = Math.floor(size / 2);
  expect(angles.length).toBe(pairs);
  for (const [i, angle] of angles.entries()) {
    expect(Math.abs(angle)).toBeLessThanOrEqual(Math.PI);
    const [a, b] = [h[i]!, h[pairs + i]!];
    expect(Math.abs(y[i]! - (Math.cos(angle) * a + Math.sin(angle) * b))).toBeLessThan(1e-5);
    expect(Math.abs(y[pairs + i]! - (Math.cos(angle) * b - Math.sin(angle) * a))).toBeLessThan(1e-5);
  }
  for (let i = 2 * pairs; i < size; i++) expect(y[i]).toBe(h[i]);
});

test('keeps lengths and angles, whatever the parameters', async () => {
  const [size, rows] = [48, 6];
  const random = createRandom(9);
  const h = Float32Array.from({ length: rows * size }, () => random.normal());
  const { y } = await rotate(size, h, (value) => value + 0.3 * random.normal());
  const dot = (values: Float32Array, a: number, b: number) =>
    Array.from({ length: size }, (_, i) => values[a * size + i]! * values[b * size + i]!).reduce((sum, one) => sum + one, 0);
  for (let a = 0; a < rows; a++)
    for (let b = 0; b <= a; b++) expect(Math.abs(dot(y, a, b) - dot(h, a, b)), `${a}, ${b}`).toBeLessThan(2e-4);
  expect(Math.abs(y[0]! - h[0]!)).toBeGreaterThan(0.01);
});
