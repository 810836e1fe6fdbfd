import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { resolveConfig } from '../../src/config/resolve.js';
import type { Config, ResolvedConfig } from '../../src/config/types.js';
import { createReferenceEngine } from '../../src/engine/reference/reference-engine.js';
import { openModel } from '../../src/run/open-model.js';
import { firstToken } from '../../src/sample/special-tokens.js';
import type { EndEvent } from '../../src/train/events.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { writeFiles } from '../text/reading/files.js';
import { resultOf, smallText, train } from './run-fixture.js';

/** A run of some steps on a folder of texts in every form. */
function place(
  corpus: Partial<Config['corpus']> = {},
  tokenizer: Config['tokenizer'] = {},
): { folder: string; config: ResolvedConfig } {
  const folder = temporaryFolder();
  const lines = smallText(1500).trimEnd().split('\n');
  const jsonl = lines.map((text) => JSON.stringify({ text })).join('\n');
  writeFiles(folder, { 'texts/a.txt': smallText(1500), 'texts/b/c.txt.gz': smallText(1000), 'texts/d.jsonl': jsonl });
  const config = resolveConfig({
    corpus: { path: join(folder, 'texts'), split: { train: 0.8, validation: 0.1, test: 0.1 }, documents: 'files', ...corpus },
    tokenizer,
    model: { layers: 1, hiddenSize: 12 },
    training: { steps: 12, batchSize: 4, sequenceLength: 10, validation: { everySteps: 6 }, checkpoints: { everySteps: 5 } },
  } as Config);
  return { folder, config };
}

test.each<[Config['tokenizer'], boolean]>([
  [{ type: 'character' }, true],
  [{ type: 'word' }, true],
  [{ type: 'byte' }, false],
  [{ type: 'bpe', vocabularySize: 270 }, true],
])('a run has the same bits whether its tokens are in memory or in a file: %j, resets %s', async (tokenizer, resetState) => {
  const { folder, config } = place({ resetState }, tokenizer);
  const cached = { ...config, corpus: { ...config.corpus, cache: join(folder, 'cache') } };
  await train(config, join(folder, 'memory'));
  await train(cached, join(folder, 'file'));
  expect(resultOf(join(folder, 'file'))).toEqual(resultOf(join(folder, 'memory')));
  expect(readdirSync(join(folder, 'cache')).some((name) => name.startsWith('tokens-'))).toBe(true);
});

test('a run is resumed with tokens that are encoded again, and with the state that was reset', async () => {
  const { folder, config } = place({ resetState: true });
  const cached = { ...config, corpus: { ...config.corpus, cache: join(folder, 'cache') } };
  await train(config, join(folder, 'whole'));
  let steps = 0;
  const parts = join(folder, 'parts');
  await train(cached, parts, { stopRequested: () => ++steps > 7 });
  rmSync(join(folder, 'cache'), { recursive: true });
  await train(cached, parts, { start: 'resume' });
  expect(resultOf(parts)).toEqual(resultOf(join(folder, 'whole')));
});

test('resetting the state changes the model, and is reported where the model is evaluated', async () => {
  const [plain, resetting] = [place(), place({ resetState: true })];
  const losses: number[] = [];
  for (const { folder, config } of [plain, resetting]) {
    const end = (await train(config, join(folder, 'run'))).at(-1) as EndEvent;
    losses.push(end.testLoss!);
  }
  expect(losses[0]).toBeGreaterThan(0);
  expect(losses[1]).not.toBe(losses[0]);
});

test('a model reads prompts as its corpus was read, and begins at the start of a document', async () => {
  const normalization = { unicode: 'NFC', newlines: 'lf' } as const;
  const { folder, config } = place({ normalization });
  await train(config, join(folder, 'run'));
  const engine = createReferenceEngine();
  const { tokenizer } = openModel(join(folder, 'run'), engine);
  expect(tokenizer.encode('a\r\no')).toEqual(tokenizer.encode('a\no'));
  expect(firstToken(tokenizer)).toBe(tokenizer.vocabulary.idOf('<eos>'));
});
