import type { Engine } from '../engine/engine.js';
import type { ModelOptions } from '../model/specification.js';
import type { StartEvent } from './events.js';
import type { Trainer } from './trainer.js';
import type { TrainingData } from './training-data.js';

interface PreparedTraining {
  readonly trainer: Trainer;
  readonly model: ModelOptions;
  readonly data: TrainingData;
  readonly engine: Engine;
}

/** What the event `start` says of a training, apart from where it is and where it begins. */
export function startFacts({
  trainer,
  model,
  data,
  engine,
}: PreparedTraining): Omit<StartEvent, 'type' | 'runDirectory' | 'step' | 'startedFrom'> {
  const { table } = trainer.session;
  return {
    steps: trainer.steps,
    epochs: trainer.epochs,
    stepsPerEpoch: trainer.stepsPerEpoch,
    parameters: table.count,
    ...(table.frozenCount > 0 && { frozenParameters: table.frozenCount }),
    vocabularySize: model.vocabularySize,
    trainTokens: data.train.length,
    validationTokens: data.validation?.length ?? 0,
    engine: engine.name,
    shards: engine.shards,
    threads: engine.threads,
  };
}
