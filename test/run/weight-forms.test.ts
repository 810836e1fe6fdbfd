import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inspectModel } from '../../src/commands/inspect/inspect-model.js';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { encodeSafetensors } from '../../src/files/safetensors-bytes.js';
import { type ModelFile, modelMetadata, parseModelFile } from '../../src/run/model-content.js';
import { readModelFile } from '../../src/run/model-file.js';
import { openModel } from '../../src/run/open-model.js';
import { openModelBytes } from '../../src/run/opened-model.js';
import { quantizedRows } from '../../src/run/row-scales.js';
import { weightForms, withWeights } from '../../src/run/weight-forms.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { userErrorOf } from '../foundation/thrown.js';
import { writeRandomModel } from '../sample/trained-model.js';

const randomModel = () => readModelFile(writeRandomModel(temporaryFolder()));

describe('the weights of a model file', () => {
  it('are the same bits as float32', () => {
    const model = randomModel();
    expect(parseModelFile(withWeights(model, 'float32'), 'm')).toEqual(model);
  });

  it('are the nearest numbers of float16', () => {
    const model = randomModel();
    const { parameters } = parseModelFile(withWeights(model, 'float16'), 'm');
    for (const [i, { data }] of parameters.entries())
      for (const [j, value] of data.entries())
        expect(Math.abs(value - model.parameters[i]!.data[j]!)).toBeLessThanOrEqual(Math.abs(value) / 2048 + 2 ** -25);
  });

  it('are at most half a step away in int8, and vectors are exact', () => {
    const model = randomModel();
    const found = new Map(parseModelFile(withWeights(model, 'int8'), 'm').parameters.map((one) => [one.name, one]));
    for (const { name, shape, data } of model.parameters) {
      const { data: widened, shape: same } = found.get(name)!;
      expect(same).toEqual(shape);
      if (shape.length < 2) expect(widened).toEqual(data);
      else
        for (let r = 0; r < shape[0]!; r++) {
          const row = data.subarray((r * data.length) / shape[0]!, ((r + 1) * data.length) / shape[0]!);
          const step = Math.max(...row.map(Math.abs)) / 127;
          row.forEach((value, c) => {
            expect(Math.abs(widened[(r * data.length) / shape[0]! + c]! - value)).toBeLessThanOrEqual(step * 0.5001);
          });
        }
    }
  });

  it('take 4, 2 and 1 bytes each; in int8 also 4 for a row, and 4 for a number of a vector', () => {
    const model = randomModel();
    const sizes = weightForms.map((form) => {
      const bytes = withWeights(model, form);
      return bytes.length - 8 - Number(new DataView(bytes.buffer).getBigUint64(0, true));
    });
    const sum = (size: (shape: readonly number[], count: number) => number) =>
      model.parameters.reduce((all, { shape, data }) => all + size(shape, data.length), 0);
    expect(sizes).toEqual([
      sum((_, count) => 4 * count),
      sum((_, count) => 2 * count),
      sum((shape, count) => (shape.length < 2 ? 4 * count : count + 4 * shape[0]!)),
    ]);
  });

  it.each(weightForms)('are opened from bytes as from the file: %s', (form) => {
    const engine = createTypedArrayEngine();
    const path = join(temporaryFolder(), 'model.safetensors');
    const bytes = withWeights(randomModel(), form);
    writeFileSync(path, bytes);
    expect(openModelBytes(bytes, engine, path).arena).toEqual(openModel(path, engine).arena);
    engine.close();
  });

  it('that float16 cannot hold are refused', () => {
    const model: ModelFile = { ...randomModel(), parameters: [{ name: 'a', shape: [1], data: Float32Array.of(70000) }] };
    expect(userErrorOf(() => withWeights(model, 'float16')).message).toContain('a holds 70000');
  });
});

describe('inspecting a model in 8 bits', () => {
  it('shows the type in the file and the widened values, and no tensors of a trainer', () => {
    const path = join(temporaryFolder(), 'model.safetensors');
    const model = randomModel();
    writeFileSync(path, withWeights(model, 'int8'));
    const { kind, parameters, tensors, trainerNumbers } = inspectModel(path, { vocabulary: false });
    expect({ kind, parameters, trainerNumbers }).toEqual({
      kind: 'model',
      parameters: model.parameters.reduce((sum, { data }) => sum + data.length, 0),
      trainerNumbers: undefined,
    });
    const encoder = tensors.find(({ name }) => name === 'encoder.weight')!;
    expect(encoder.dtype).toBe('I8');
    expect(encoder.maximum).toBeLessThan(1);
  });
});

describe('rows in 8 bits', () => {
  it('keep zeros, signs and the largest value', () => {
    const [bytes, scales] = quantizedRows({ name: 'm', shape: [3, 2], data: Float32Array.of(0, 0, -1, 0.5, 254, -2) });
    expect([...bytes!.data]).toEqual([0, 0, -127, 64, 127, -1]);
    expect([...scales!.data]).toEqual([1, 1 / 127, 2].map(Math.fround));
  });

  it('stay within their range for any numbers', () => {
    fc.assert(
      fc.property(fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 9 }), (row) => {
        const [bytes] = quantizedRows({ name: 'm', shape: [1, row.length], data: Float32Array.from(row) });
        for (const value of bytes!.data) expect(Math.abs(Number(value))).toBeLessThanOrEqual(127);
      }),
    );
  });
});

describe('a file with weights in 8 bits', () => {
  const metadata = modelMetadata(randomModelWithoutFile());
  function randomModelWithoutFile(): ModelFile {
    return { config: {}, tokenizer: {}, parameters: [] };
  }
  const bytes = { name: 'm', shape: [2, 2], data: Int8Array.of(1, 2, 3, 4) };
  const refusal = (tensors: Parameters<typeof encodeSafetensors>[1]) =>
    userErrorOf(() => parseModelFile(encodeSafetensors('m', tensors, metadata), 'file')).message;

  it.each([
    ['no scales', [bytes]],
    ['scales of other rows', [bytes, { name: 'scales.m', shape: [3], data: new Float32Array(3) }]],
    ['scales of another type', [bytes, { name: 'scales.m', shape: [2], data: new Float64Array(2) }]],
    [
      'a vector',
      [
        { ...bytes, shape: [4] },
        { name: 'scales.m', shape: [4], data: new Float32Array(4) },
      ],
    ],
  ])('is refused with %s', (_, tensors) => {
    expect(refusal(tensors)).toBe('file: the I8 parameter "m" needs a scale for each row, as "scales.m"');
  });

  it('is refused with scales of nothing', () => {
    expect(refusal([{ name: 'scales.m', shape: [2], data: new Float32Array(2) }])).toBe(
      'file has "scales.m" without the I8 parameter that it scales',
    );
  });

  it('is refused when a byte of it is changed, cut off, or is no model', () => {
    const file = withWeights(randomModel(), 'int8');
    const message = (content: Uint8Array) => userErrorOf(() => openModelBytes(content, createTypedArrayEngine(), 'm')).message;
    const changed = Uint8Array.from(file);
    changed[changed.length - 1]! ^= 1;
    expect(message(changed)).toContain('does not match the SHA-256');
    expect(message(file.subarray(0, 100))).toContain('cut short');
    expect(message(new Uint8Array(3))).toContain('too few');
  });
});
