import { expect, test } from 'vitest';
import {
  embeddingDropout,
  inShort,
  isIdleSpan,
  layerDropout,
  layerDropoutOption,
} from '../../../src/model/modifiers/dropout-rates.js';

const none = { output: 0, input: 0, state: 0, update: 0, weight: 0, span: 'step' } as const;

test('a single rate is that of the outputs of a layer, or of the embedded values; places without a rate have 0', () => {
  expect(layerDropout(0.3)).toEqual({ ...none, output: 0.3 });
  expect(layerDropout({ state: 0.2, span: 'window' })).toEqual({ ...none, state: 0.2, span: 'window' });
  expect(embeddingDropout(0.3)).toEqual({ input: 0.3, word: 0, span: 'step' });
  const rates = { input: 0.1, word: 0.2, span: 'window' } as const;
  expect(embeddingDropout(rates)).toEqual(rates);
});

test('rates are one number where only the place of that number has a rate', () => {
  expect(inShort(0.3, 'output')).toBe(0.3);
  expect(inShort({ ...none, output: 0.3 }, 'output')).toBe(0.3);
  for (const more of [{ input: 0.1 }, { span: 'window' }]) {
    const rates = { ...none, output: 0.3, ...more };
    expect(inShort(rates, 'output')).toEqual(rates);
  }
});

test('the masks that a span concerns are those of the places that a layer has, except of weights', () => {
  const { options } = layerDropoutOption(['state', 'update', 'weight']);
  expect(Object.keys(options)).toEqual(['output', 'input', 'state', 'update', 'weight', 'span']);
  expect(options.span!.describe).toMatch(/a mask of outputs, inputs, state and update lasts/);
  expect(layerDropoutOption([]).options.span!.describe).toMatch(/a mask of outputs and inputs lasts/);
});

test.each([
  [{ ...none, span: 'window' }, true],
  [{ ...none, span: 'window', weight: 0.5 }, true],
  [{ input: 0, word: 0.5, span: 'window' }, true],
  [{ ...none, span: 'window', output: 0.1 }, false],
  [{ ...none, span: 'window', weight: 0.5, state: 0.1 }, false],
  [{ input: 0.1, word: 0.5, span: 'window' }, false],
  [{ ...none }, false],
])('a span changes nothing where no mask lasts a step or a window: %j is idle: %j', (rates, idle) => {
  expect(isIdleSpan(rates)).toBe(idle);
});
