/** Events of a small made-up run, to be shown. */
import type { EndEvent, StartEvent, StepEvent, ValidationEvent } from '../../src/train/events.js';

export const start = (over: Partial<StartEvent> = {}): StartEvent => ({
  type: 'start',
  runDirectory: 'runs/small',
  step: 0,
  steps: 3512,
  epochs: 8,
  stepsPerEpoch: 439,
  parameters: 148_353,
  vocabularySize: 65,
  trainTokens: 900_000,
  validationTokens: 50_000,
  engine: 'typed-array',
  shards: 2,
  threads: 2,
  ...over,
});

export const step = (over: Partial<StepEvent> = {}): StepEvent => ({
  type: 'step',
  step: 1234,
  steps: 3512,
  epoch: 3,
  epochs: 8,
  loss: 1.23456,
  learningRate: 0.002,
  gradientNorm: 0.7,
  tokens: 2_527_232,
  ...over,
});

export const validation = (over: Partial<ValidationEvent> = {}): ValidationEvent => ({
  type: 'validation',
  step: 1317,
  epoch: 3,
  loss: 1.5,
  perplexity: Math.exp(1.5),
  tokens: 50_000,
  best: true,
  ...over,
});

export const end = (over: Partial<EndEvent> = {}): EndEvent => ({
  type: 'end',
  reason: 'completed',
  step: 3512,
  tokens: 7_192_576,
  bestValidationLoss: 1.12,
  bestStep: 3400,
  validationLoss: 1.1,
  testLoss: 1.13,
  validationFloor: 1,
  model: 'runs/small/model.safetensors',
  ...over,
});
