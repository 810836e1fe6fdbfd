import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createRandom } from '../../src/foundation/random.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { testSeed } from '../random-seed.js';
import { resultOf, type Settings, smallConfig, train, writtenTensors } from './run-fixture.js';

const cells = [{ type: 'lstm' }, { type: 'gru', reset: 'before' }, { type: 'rnn', nonlinearity: 'tanh' }];

describe('the same config gives the same bits', () => {
  test.each(cells)('on 1, 2 and 4 threads: %o', async (cell) => {
    const folder = temporaryFolder();
    const config = smallConfig(folder, {}, { cell });
    for (const threads of [1, 2, 4]) await train(config, join(folder, String(threads)), { threads });
    const alone = resultOf(join(folder, '1'));
    expect(alone.metrics.length).toBeGreaterThan(300);
    expect(resultOf(join(folder, '2'))).toEqual(alone);
    expect(resultOf(join(folder, '4'))).toEqual(alone);
  });

  test('with and without validation and checkpoints in between', async () => {
    const folder = temporaryFolder();
    const run = async (name: string, settings: Settings) => {
      const events = await train(smallConfig(folder, settings), join(folder, name));
      return { losses: events.filter(({ type }) => type === 'step'), tensors: writtenTensors(join(folder, name)) };
    };
    const often = await run('often', { validation: { everySteps: 1 }, checkpoints: { everySteps: 1, keep: 1 } });
    const seldom = await run('seldom', { validation: { everyEpochs: 2 }, checkpoints: { everySteps: 1000, keep: 1 } });
    expect(often.losses).toEqual(seldom.losses);
    expect(often.tensors).toEqual(seldom.tensors);
  });

  test('interrupted at any step and resumed', async () => {
    const folder = temporaryFolder();
    const config = smallConfig(folder, {
      schedule: { type: 'plateau', patience: 1 },
      optimizer: { type: 'adamw', learningRate: 0.02 },
    });
    await train(config, join(folder, 'whole'));
    const directory = join(folder, 'pieces');
    const random = createRandom(testSeed);
    let finished = false;
    for (let piece = 0; !finished; piece++) {
      let left = 1 + random.integer(6);
      const events = await train(config, directory, {
        start: piece === 0 ? 'new' : 'resume',
        stopRequested: () => left-- === 0,
        threads: 1 + (piece % 3),
      });
      const end = events.at(-1)!;
      finished = end.type === 'end' && end.reason === 'completed';
      expect(piece).toBeLessThan(60);
    }
    expect(resultOf(directory)).toEqual(resultOf(join(folder, 'whole')));
  });
});
