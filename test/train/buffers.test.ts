/** A layer with a buffer, which is registered for this file alone, in a whole run. */
import '../model/probe-layer.js';

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { resolveConfig } from '../../src/config/resolve.js';
import type { Config } from '../../src/config/types.js';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { entryView } from '../../src/model/parameter-table.js';
import { openModel } from '../../src/run/open-model.js';
import { runLayout } from '../../src/run/run-directory.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { resultOf, smallText, train, writtenTensors } from './run-fixture.js';

describe('a run with a buffer', () => {
  const rules = [{ type: 'none' }, { type: 'ema', decay: 0.9 }];
  test.each(rules)(
    'keeps it in checkpoints and model files, without moments or average ($type), and is resumed to the same bits on more threads',
    async (averaging) => {
      const folder = temporaryFolder();
      const path = join(folder, 'corpus.txt');
      writeFileSync(path, smallText(2500));
      const config = resolveConfig({
        corpus: { path, split: { train: 0.8, validation: 0.1, test: 0.1 } },
        model: { embedding: { size: 6 }, layers: [{ type: 'rnn', size: 6 }, { type: 'probe' }] },
        training: {
          steps: 12,
          batchSize: 8,
          sequenceLength: 10,
          optimizer: { type: 'adam', learningRate: 0.01 },
          regularization: { l2: 0.1 },
          averaging,
          checkpoints: { everySteps: 5, keep: 1 },
        },
        engine: { shards: 4 },
      } as Config);
      await train(config, join(folder, 'whole'));
      let left = 7;
      await train(config, join(folder, 'pieces'), { stopRequested: () => left-- === 0 });
      await train(config, join(folder, 'pieces'), { start: 'resume', threads: 2 });
      expect(resultOf(join(folder, 'pieces'))).toEqual(resultOf(join(folder, 'whole')));
      const { parameters, optimizer } = writtenTensors(join(folder, 'whole'));
      const total = parameters.find(({ name }) => name === 'layers.1.total')!.data;
      expect(Math.max(...total.map(Math.abs))).toBeGreaterThan(0.1);
      // Neither the optimizer nor L2 has touched it.
      expect([...parameters.find(({ name }) => name === 'layers.1.seen')!.data]).toEqual([7]);
      expect(optimizer.map(({ name }) => name).filter((name) => /total|seen/.test(name))).toEqual([]);
      const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
      const opened = openModel(runLayout(join(folder, 'whole')).model, engine);
      const entry = opened.table.entries.find(({ name }) => name === 'layers.1.total')!;
      expect(Math.max(...entryView(opened.arena, entry).map(Math.abs))).toBeGreaterThan(0.1);
      engine.close();
    },
  );
});
