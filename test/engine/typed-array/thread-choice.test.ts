import { describe, expect, test } from 'vitest';
import { createThreadChoice } from '../../../src/engine/typed-array/thread-choice.js';
import { createTypedArrayEngine } from '../../../src/engine/typed-array/typed-array-engine.js';
import { createRandom } from '../../../src/foundation/random.js';
import { trainingGraph } from '../../../src/model/graphs.js';
import { equalLayers } from '../../model/short-form.js';
import { prepare } from '../model-fixture.js';

/** The threads of each of so many runs, when a run on n threads takes the given seconds. */
function threadsOfRuns(most: number, runs: number, seconds: (threads: number, run: number) => number): number[] {
  const choice = createThreadChoice(most);
  return Array.from({ length: runs }, (_, run) => {
    const threads = choice.threads();
    choice.took(seconds(threads, run));
    return threads;
  });
}

/** Work that is shared, and a time for each thread to wait for. */
const cost = (work: number, wait: number) => (threads: number) => work / threads + (threads === 1 ? 0 : wait * threads);

describe('the choice of threads', () => {
  test.each([
    ['a tiny network on one', 8, cost(0.0005, 0.0004), 1],
    ['a large one on all', 8, cost(0.05, 0.0001), 8],
    ['one between them on some', 8, cost(0.004, 0.0002), 4],
    ['a number that is no power of two', 6, cost(0.05, 0.0001), 6],
  ])('takes the number of threads whose runs take the least time: %s', (_, most, seconds, expected) => {
    const threads = threadsOfRuns(most, 1500, seconds);
    expect(threads[0]).toBe(most);
    expect(threads.at(-1)).toBe(expected);
    expect(threads.filter((count) => count !== expected).length).toBeLessThan(400);
  });

  test('tries no fewer threads where a run is long', () => {
    expect(new Set(threadsOfRuns(4, 50, () => 0.2))).toEqual(new Set([4]));
  });

  test('measures again when the load of the machine has changed', () => {
    const [quiet, busy] = [cost(0.01, 0.0001), cost(0.01, 0.02)];
    const threads = threadsOfRuns(2, 4000, (count, run) => (run < 1000 ? quiet(count) : busy(count)));
    expect(threads[900]).toBe(2);
    expect(threads.at(-1)).toBe(1);
  });

  test('changes no bit, whichever threads take part in a run', () => {
    const model = equalLayers({
      vocabularySize: 23,
      cell: { type: 'lstm' },
      layers: 2,
      embeddingSize: 9,
      hiddenSize: 9,
      dropout: 0.2,
      tieWeights: false,
    });
    const graph = trainingGraph(model, { batchSize: 8, sequenceLength: 5, shards: 4 }, { seed: 5 });
    const random = createRandom(2);
    let time = 0;
    // Every reading is up to 30 ms after the last, so that the number of threads changes all the time.
    const now = () => {
      time += 0.03 * random.uniform();
      return time;
    };
    const engines = [createTypedArrayEngine({ shards: 4, threads: 1 }), createTypedArrayEngine({ shards: 4, threads: 4, now })];
    const [alone, changing] = engines.map((engine) => prepare(engine, model, graph)) as [
      ReturnType<typeof prepare>,
      ReturnType<typeof prepare>,
    ];
    for (let run = 0; run < 400; run++) {
      for (const program of [alone, changing]) {
        program.inputs.step![0]![0] = run;
        program.parametersChanged();
        program.run();
      }
      expect(changing.outputs).toEqual(alone.outputs);
    }
    for (const engine of engines) engine.close();
  });
});
