import { describe, expect, it } from 'vitest';
import { isRegularizing } from '../../src/config/regularizing-keys.js';

describe('isRegularizing', () => {
  it.each([
    'model.dropout',
    'model.layers.0.dropout',
    'model.layers.0.dropout.input',
    'model.layers.12.dropout.state',
    'model.layers.0.branchDropout',
    'model.embedding.dropout.word',
    'model.cell.zoneout.h',
    'training.optimizer.weightDecay',
    'training.regularization.l1',
    'training.regularization.l2',
    'training.objective.labelSmoothing',
    'training.objective.activation',
    'training.objective.temporalActivation',
  ])('%s regularizes', (path) => expect(isRegularizing(path)).toBe(true));

  it.each([
    'model',
    'model.hiddenSize',
    'model.layers',
    'model.layers.0',
    'model.layers.0.dropout.span',
    'training.optimizer.learningRate',
    'training.optimizer.beta1',
    'training.regularization',
    'training.objective.skipGram',
    'no.such.key',
  ])('%s does not', (path) => expect(isRegularizing(path)).toBe(false));
});
