import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calibrationAt, measureCalibration } from '../../../src/diagnose/fit/calibration.js';
import type { Engine } from '../../../src/engine/engine.js';
import { createTypedArrayEngine } from '../../../src/engine/typed-array/typed-array-engine.js';
import { createRandom } from '../../../src/foundation/random.js';
import type { ParameterNetwork } from '../../../src/model/window-programs.js';
import { createPredictor } from '../../../src/sample/predictor.js';
import { crossEntropy, plainLogits, sampleOf, softmax } from './plain-softmax.js';
import { randomNetwork, V } from './random-network.js';

/** Guo et al. 2017, equations 2 to 5, and the other means, by plain loops. */
function plainCalibration(rows: readonly (readonly number[])[], targets: readonly number[], temperature: number, bins: number) {
  const tops = rows.map((row, i) => {
    const p = softmax(row, temperature);
    const top = row.indexOf(Math.max(...row));
    const entropy = p.reduce((sum, one) => (one === 0 ? sum : sum - one * Math.log(one)), 0);
    return { p: p[top]!, right: Number(top === targets[i]), entropy };
  });
  const n = rows.length;
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const found = [];
  for (let m = 1; m <= bins; m++) {
    const own = tops.filter(({ p }) => p > (m - 1) / bins && p <= m / bins);
    if (own.length === 0) continue;
    const [confidence, accuracy] = [mean(own.map(({ p }) => p)), mean(own.map(({ right }) => right))];
    found.push({ from: (m - 1) / bins, to: m / bins, predictions: own.length, confidence, accuracy });
  }
  return {
    natsPerToken: crossEntropy(rows, targets, temperature),
    entropy: mean(tops.map(({ entropy }) => entropy)),
    confidence: mean(tops.map(({ p }) => p)),
    accuracy: mean(tops.map(({ right }) => right)),
    expectedCalibrationError: found.reduce(
      (sum, bin) => sum + (bin.predictions / n) * Math.abs(bin.accuracy - bin.confidence),
      0,
    ),
    bins: found,
  };
}

function expectEqual(found: ReturnType<typeof calibrationAt>, expected: ReturnType<typeof plainCalibration>, digits: number) {
  for (const name of ['natsPerToken', 'entropy', 'confidence', 'accuracy', 'expectedCalibrationError'] as const)
    expect(found[name], name).toBeCloseTo(expected[name], digits);
  expect(found.bins.map(({ predictions }) => predictions)).toEqual(expected.bins.map(({ predictions }) => predictions));
  for (const [i, bin] of found.bins.entries())
    for (const name of ['from', 'to', 'confidence', 'accuracy'] as const)
      expect(bin[name]).toBeCloseTo(expected.bins[i]![name], digits);
}

/** A text that the model writes, sampled at a temperature. */
async function sampledText(model: ParameterNetwork, engine: Engine, length: number, temperature: number): Promise<Int32Array> {
  const random = createRandom(7);
  const predictor = createPredictor(model, engine, 1);
  const tokens = new Int32Array(length);
  for (let i = 1; i < length; i++) {
    predictor.tokens[0] = tokens[i - 1]!;
    await predictor.advance();
    let rest = random.uniform();
    tokens[i] = softmax([...predictor.logits[0]!], temperature).findIndex((p, v) => {
      rest -= p;
      return rest < 0 || v === V - 1;
    });
  }
  return tokens;
}

describe('calibration', () => {
  it('is that of plain loops over the definition', () => {
    const logit = fc.double({ min: -6, max: 6, noNaN: true }).map(Math.fround);
    const prediction = fc.record({ row: fc.array(logit, { minLength: 5, maxLength: 5 }), target: fc.nat(4) });
    fc.assert(
      fc.property(
        fc.array(prediction, { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 1, max: 15 }),
        fc.double({ min: 0.3, max: 4, noNaN: true }),
        (predictions, bins, temperature) => {
          const rows = predictions.map(({ row }) => row);
          const targets = predictions.map(({ target }) => target);
          // A probability at the border of two bins may be rounded to either side of it.
          fc.pre(rows.every((row) => Math.abs(((Math.max(...softmax(row, temperature)) * bins + 0.5) % 1) - 0.5) > 1e-9));
          const found = calibrationAt(sampleOf(rows, targets), { temperature, bins });
          expectEqual(found, plainCalibration(rows, targets, temperature, bins), 9);
        },
      ),
    );
  });

  it('has no error where each probability is the share of right predictions, and loss and entropy are equal', () => {
    const counts = [12, 5, 2, 1];
    const targets = counts.flatMap((count, v) => new Array<number>(count).fill(v));
    const row = counts.map((count) => Math.log(count / 20));
    const rows = targets.map(() => row);
    const exact = calibrationAt(sampleOf(rows, targets), { temperature: 1, bins: 10 });
    expect(exact.expectedCalibrationError).toBeCloseTo(0, 6);
    expect(exact.natsPerToken).toBeCloseTo(exact.entropy, 6);
    expect([exact.accuracy, exact.confidence]).toEqual([0.6, expect.closeTo(0.6, 6)]);
    const sharp = sampleOf(
      rows.map((logits) => logits.map((logit) => 2 * logit)),
      targets,
    );
    // The likeliest of 144, 25, 4 and 1 parts of 174.
    expect(calibrationAt(sharp, { temperature: 1, bins: 10 }).expectedCalibrationError).toBeCloseTo(144 / 174 - 0.6, 6);
    expect(calibrationAt(sharp, { temperature: 2, bins: 10 }).expectedCalibrationError).toBeCloseTo(0, 6);
  });

  it('of a network is that of its logits, as trained and at the best temperature', async () => {
    const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
    const model = randomNetwork(engine, {}, 2.5);
    const tokens = await sampledText(model, engine, 160, 2);
    const options = { engine, model, tokens, maximumPredictions: 1000, maximumBytes: 1e6, bins: 15 };
    const { predictions, asTrained, best, atBest } = await measureCalibration(options);
    expect(predictions).toBe(159);
    const rows = (await plainLogits(model, engine, tokens)).slice(0, -1);
    const targets = [...tokens.subarray(1)];
    expectEqual(asTrained, plainCalibration(rows, targets, 1, 15), 5);
    expectEqual(atBest, plainCalibration(rows, targets, best.temperature, 15), 5);
    expect(best.natsPerToken).toBeCloseTo(atBest.natsPerToken, 12);
    for (const factor of [0.98, 1.02])
      expect(crossEntropy(rows, targets, best.temperature * factor)).toBeGreaterThan(best.natsPerToken + 1e-6);
    // The text was drawn at this temperature.
    expect(Math.abs(best.temperature / 2 - 1)).toBeLessThan(0.2);
    engine.close();
  });
});
