import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cellCases, curveCases, Golden } from './read-golden.js';

/** Loss and its gradient with respect to the decoder's bias, in float64 from the definition. */
function crossEntropy(logits: Float32Array, targets: Int32Array): { loss: number; biasGradient: Float64Array } {
  const V = logits.length / targets.length;
  const biasGradient = new Float64Array(V);
  let total = 0;
  targets.forEach((target, position) => {
    const exponentials = Float64Array.from(logits.subarray(position * V, (position + 1) * V), Math.exp);
    const sum = exponentials.reduce((a, b) => a + b);
    total -= Math.log((exponentials[target] ?? 0) / sum);
    exponentials.forEach((e, v) => {
      biasGradient[v] = (biasGradient[v] ?? 0) + (e / sum - (v === target ? 1 : 0)) / targets.length;
    });
  });
  return { loss: total / targets.length, biasGradient };
}

describe.each(cellCases)('golden cell $name', ({ name, cell, tieWeights, layers, ...size }) => {
  const golden = new Golden('cells', name);

  it('has a loss and a decoder bias gradient that follow from its logits and targets', () => {
    const { loss, biasGradient } = crossEntropy(golden.float32('logits'), golden.int32('targets'));
    expect(golden.float32('loss')[0]).toBeCloseTo(loss, 6);
    golden.float32('grad.decoder.bias').forEach((g, v) => {
      expect(g).toBeCloseTo(biasGradient[v] ?? Number.NaN, 6);
    });
  });

  it('has a gradient of the same shape for every parameter and initial state', () => {
    const states = cell.type === 'lstm' ? ['state.h0', 'state.c0'] : ['state.h0'];
    expect(golden.parameterNames).toHaveLength(layers * 4 + (tieWeights ? 2 : 3));
    for (const array of [...golden.parameterNames, ...states]) {
      expect(golden.shape(`grad.${array}`), array).toEqual(golden.shape(array));
      expect(
        golden.float32(`grad.${array}`).some((g) => g !== 0),
        array,
      ).toBe(true);
    }
    const gates = { lstm: 4, gru: 3, rnn: 1 }[cell.type as 'lstm' | 'gru' | 'rnn'];
    expect(golden.shape('rnn.weight_ih_l0')).toEqual([gates * size.hiddenSize, size.embeddingSize]);
    expect(golden.shape('logits')).toEqual([size.sequenceLength, size.batchSize, size.vocabularySize]);
  });
});

describe.each(curveCases)('golden curve $name', ({ name, steps, clipping, clippedSteps }) => {
  const golden = new Golden('curves', name);

  it('learns, clips, and hardly depends on the precision', () => {
    const exact = golden.float64('losses.float64');
    expect(exact).toHaveLength(steps);
    expect(Math.min(...exact.subarray(steps - 2))).toBeLessThan(Math.min(...exact.subarray(0, 2)));
    golden.float64('losses.float32').forEach((loss, step) => {
      expect(Math.abs(loss / (exact[step] ?? 0) - 1)).toBeLessThan(1e-6);
    });
    expect(clippedSteps).toBeGreaterThan(0.3 * steps);
    if (clipping.type === 'norm') expect(clippedSteps).toBeLessThanOrEqual(0.7 * steps);
  });

  it('moves every parameter', () => {
    for (const parameter of golden.parameterNames) {
      expect(golden.shape(`trained.${parameter}`), parameter).toEqual(golden.shape(parameter));
      expect(golden.float32(`trained.${parameter}`), parameter).not.toEqual(golden.float32(parameter));
    }
  });
});

it.each([
  ['cells', cellCases],
  ['curves', curveCases],
])('the index of %s lists every file there and no other', (folder, cases) => {
  const files = readdirSync(new URL(folder, import.meta.url)).filter((file) => file.endsWith('.safetensors'));
  expect(cases.map(({ name }) => `${name}.safetensors`).sort()).toEqual(files.sort());
});
