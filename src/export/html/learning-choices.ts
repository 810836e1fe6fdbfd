import { resolveConfig } from '../../config/resolve.js';
import type { JsonValue } from '../../foundation/strict-json.js';
import type { LearningChoice } from './writer-data.js';

/** Networks that a page can train: those of the quickstart (`configs/quickstart.yaml`) and smaller ones. The first is the default. */
export function learningChoices(): LearningChoice[] {
  return [
    ['Middle: LSTM of 128 cells', 128],
    ['Small: LSTM of 64 cells, fastest', 64],
    ['Large: LSTM of 256 cells (the quickstart)', 256],
  ].map(([label, hiddenSize]) => ({
    label: label as string,
    config: resolveConfig({
      corpus: { path: 'text.txt', split: { train: 0.9, validation: 0.05, test: 0.05 }, boundary: 'document' },
      model: { cell: { type: 'lstm' }, layers: 1, hiddenSize: hiddenSize as number },
      training: {
        steps: 1000,
        batchSize: 4,
        sequenceLength: 128,
        optimizer: { type: 'adam', learningRate: 0.003 },
        schedule: { type: 'cosine', warmupSteps: 100 },
        clipping: { type: 'norm', threshold: 1 },
        validation: { everySteps: 100 },
        samples: { everySteps: 100, length: 300, temperature: 0.7 },
      },
    }) as unknown as JsonValue,
  }));
}
