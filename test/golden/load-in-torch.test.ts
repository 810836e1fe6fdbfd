import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { createReferenceEngine } from '../../src/engine/reference/reference-engine.js';
import { predictionGraph } from '../../src/model/graphs.js';
import { parameterBindings } from '../../src/model/parameter-table.js';
import { openModel } from '../../src/run/open-model.js';
import { relativeError } from '../engine/model-fixture.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import type { CellChoice } from '../model/short-form.js';
import { pythonWithTorch, withoutTorch } from '../outside-programs.js';
import { writeRandomModel } from '../sample/trained-model.js';

const tokens = [3, 1, 4, 1, 5, 9, 2, 6];

async function ourLogits(path: string): Promise<Float32Array> {
  const engine = createReferenceEngine();
  const model = openModel(path, engine);
  const graph = predictionGraph(model.options, { batchSize: 1, sequenceLength: tokens.length, shards: 1 });
  const program = engine.compile(graph, { inputs: parameterBindings(model.table, model.arena) });
  program.inputs.tokens![0]!.set(tokens);
  await program.run();
  return program.outputs.logits![0] as Float32Array;
}

describe.skipIf(!pythonWithTorch)(`torch.nn loads our weight files without renaming${withoutTorch}`, () => {
  const cases: [string, CellChoice, boolean][] = [
    ['LSTM', { type: 'lstm' }, false],
    ['LSTM', { type: 'lstm' }, true],
    ['GRU', { type: 'gru', reset: 'after' }, false],
    ['RNN', { type: 'rnn', nonlinearity: 'relu' }, false],
  ];
  test.each(cases)(
    '%s from %o, tied: %s, and answers what we answer',
    async (module, cell, tieWeights) => {
      const path = writeRandomModel(temporaryFolder(), { cell, tieWeights });
      const script = fileURLToPath(new URL('./load_in_torch.py', import.meta.url));
      const { stdout, stderr } = spawnSync(pythonWithTorch!, [script, path, ...tokens.map(String)], { encoding: 'utf8' });
      expect(stderr).toBe('');
      const answer = JSON.parse(stdout);
      expect(answer.module).toBe(module);
      expect(relativeError(answer.logits.flat(), Array.from(await ourLogits(path)))).toBeLessThan(1e-5);
    },
    180_000,
  );
});
