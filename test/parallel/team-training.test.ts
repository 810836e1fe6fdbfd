import { describe, expect, it } from 'vitest';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { createStreamEvaluator } from '../../src/evaluate/stream-evaluator.js';
import { createRandom } from '../../src/foundation/random.js';
import type { Team } from '../../src/parallel/team.js';
import { createBatches } from '../../src/text/batches.js';
import { compareParameters } from '../../src/train/compare-parameters.js';
import type { SessionOptions } from '../../src/train/session.js';
import { cells, equalLayers } from '../model/short-form.js';
import { smallSession } from '../train/small-session.js';
import { localTeams } from './local-team.js';

const V = 11;
const [B, T, MICROBATCHES] = [8, 4, 4];
const random = createRandom(5);
const tokens = Int32Array.from({ length: B * T * 4 + 3 }, () => random.integer(V));

/** Trains some steps and evaluates, as a member of a team or alone. @returns everything that must be equal */
async function trained(team: Team | undefined, options: Partial<SessionOptions>) {
  const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
  const batches = createBatches({ tokens, batchSize: B, sequenceLength: T, shards: MICROBATCHES });
  const session = smallSession(engine, batches, B, {
    microbatches: MICROBATCHES,
    team,
    optimizer: { type: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
    clipping: { type: 'norm', threshold: 1 },
    ...options,
  });
  const results = [];
  for (const [window, step] of [
    [0, 1],
    [2, 2],
  ] as const) {
    const result = await session.differentiate(window, step, { progress: 0.1 });
    await session.update(step, 0.01, result.norm);
    results.push(result);
  }
  await session.assemble();
  const { parameters, state, moments } = session.arrays;
  const evaluator = createStreamEvaluator({
    engine,
    model: options.model!,
    table: session.table,
    parameters: session.parameters.evaluated,
    tokens,
    batchSize: B,
    microbatches: MICROBATCHES,
    sequenceLength: T,
    team,
  });
  const { loss } = await evaluator.run();
  const isFirst = team === undefined || team.rank === 0;
  const kept = {
    results,
    loss,
    parameters: parameters.slice(),
    moments: Object.values(moments).map(({ values }) => values.slice()),
  };
  const states = isFirst ? Object.values(state).map((parts) => parts.map((values) => values.slice())) : undefined;
  engine.close();
  return { kept, states };
}

describe('a team of any size computes the bits of one process:', () => {
  it.each(cells.map((cell) => [JSON.stringify(cell), cell] as const))('%s', async (_, cell) => {
    const model = equalLayers({
      vocabularySize: V,
      cell,
      layers: 2,
      embeddingSize: 6,
      hiddenSize: 8,
      dropout: 0.3,
      tieWeights: false,
    });
    const options = { model, accumulation: 2, stateReset: 0.2 };
    const alone = await trained(undefined, options);
    expect(alone.kept.results.map(({ loss }) => Number.isFinite(loss))).toEqual([true, true]);
    for (const size of [2, 4]) {
      const members = await Promise.all(localTeams(size).map((team) => trained(team, options)));
      for (const { kept } of members) expect(kept).toEqual(alone.kept);
      expect(members[0]!.states).toEqual(alone.states);
    }
  });
});

it('a team notices that parameters of a member are not those of the first', async () => {
  const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
  const batches = createBatches({ tokens, batchSize: B, sequenceLength: T });
  const { table, parameters } = smallSession(engine, batches, B);
  const others = parameters.trained.slice();
  const entry = table.entries.find(({ name }) => name.endsWith('weight_hh_l1'))!;
  others[entry.offset]! += 1e-6;
  const [first, second, third] = localTeams(3);
  const checks = [
    compareParameters(first!, table, parameters.trained),
    compareParameters(second!, table, parameters.trained),
    compareParameters(third!, table, others),
  ];
  for (const check of await Promise.allSettled(checks))
    expect(check).toMatchObject({
      status: 'rejected',
      reason: {
        kind: 'data',
        message: expect.stringMatching(/^the parameters of process 2 are no longer those of process 0 \(.*weight_hh_l1\)/),
      },
    });
  engine.close();
});
