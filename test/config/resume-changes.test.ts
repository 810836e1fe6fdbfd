import { describe, expect, it } from 'vitest';
import { changeOnResume } from '../../src/config/resume-changes.js';

describe('when a run is resumed', () => {
  it.each([
    'training.epochs',
    'training.steps',
    'training.schedule.type',
    'training.schedule.warmupSteps',
    'training.clipping.threshold',
    'training.regularization.l2',
    'training.gradientNoise',
    'training.stateReset',
    'training.optimizer.learningRate',
    'training.validation.everySteps',
    'training.earlyStopping.patience',
    'training.checkpoints.keep',
    'corpus.documents',
    'corpus.split.train',
  ])('%s changes the model from there on', (path) => expect(changeOnResume(path)).toBe('from-here'));

  it.each([
    'name',
    'output',
    'engine.threads',
    'corpus.path',
    'corpus.path.0',
    'corpus.cache',
    'tokenizer.file',
    'training.samples.length',
    'training.tensorboard',
    'training.from.path',
    'model.initialization.vectors.path',
  ])('%s does not change the model', (path) => expect(changeOnResume(path)).toBe('no-matter'));

  it.each(['engine.type', 'engine.provider'])('%s changes the last bits', (path) =>
    expect(changeOnResume(path)).toBe('last-bits'),
  );

  it.each([
    'seed',
    'engine.shards',
    'tokenizer.type',
    'tokenizer.vocabularySize',
    'model.layers.0.size',
    'model.embedding.size',
    'training.batchSize',
    'training.sequenceLength',
    'training.microbatches',
    'training.gradientPrecision',
    'training.diloco.everySteps',
    'training.diloco.outerLearningRate',
    'training.accumulation',
    'training.shuffle.pieces',
    'training.optimizer.type',
    'training.optimizer.beta1',
    'training.objective.activation',
    'training.averaging.type',
    'training.freeze.0',
    'training.from.sha256',
  ])('%s must be as it was', (path) => expect(changeOnResume(path)).toBeUndefined());
});
