import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resolveConfigWithModel } from '../../src/config/model-sections.js';
import type { ResolvedConfig } from '../../src/config/types.js';
import { UserError } from '../../src/foundation/errors.js';
import { readModelFile } from '../../src/run/model-file.js';
import { modelSections } from '../../src/run/model-sections.js';
import { listCheckpoints, runLayout } from '../../src/run/run-directory.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { resultOf, smallConfig, smallText, train } from './run-fixture.js';

const oldText = smallText(2500);
/** The letters of the old text without some, and a few that it does not have. */
const newText = `${smallText(1500).replaceAll('on', 'zq')}zzqxy\n`.repeat(2);

/** A trained model, and configs of runs that start from it on another text. */
async function trainedModel(model: Record<string, unknown> = {}, tokenizer: Record<string, unknown> = { type: 'character' }) {
  const folder = temporaryFolder();
  const base = join(folder, 'base');
  await train({ ...smallConfig(folder, { epochs: 1 }, model), tokenizer: tokenizer as never }, base);
  writeFileSync(join(folder, 'old.txt'), oldText);
  writeFileSync(join(folder, 'new.txt'), newText);
  const config = (from: Record<string, unknown>, more: Record<string, unknown> = {}) =>
    resolveConfigWithModel(
      {
        corpus: { path: join(folder, 'new.txt'), boundary: 'character', split: { train: 0.8, validation: 0.1, test: 0.1 } },
        training: {
          epochs: 1,
          batchSize: 8,
          sequenceLength: 10,
          checkpoints: { everySteps: 5 },
          from: { path: base, ...from },
        },
        engine: { shards: 4 },
        ...more,
      },
      modelSections,
    );
  return { folder, base, config };
}

/** What a run has before its first step: the file of the first checkpoint, by parameter; and what was said. */
async function beginningOf(config: ResolvedConfig, directory: string) {
  const notices: string[] = [];
  const onNotice = (notice: string) => void notices.push(notice);
  const events = await train(config, directory, { stopRequested: () => true, onNotice });
  const file = readModelFile(listCheckpoints(runLayout(directory).checkpoints).at(-1)!.path);
  return { ...described(file), notices, start: events.find((event) => event.type === 'start')! };
}

function described({ parameters, tokenizer }: ReturnType<typeof readModelFile>) {
  const byName = new Map(parameters.map(({ name, data }) => [name, data]));
  return { byName, tokens: (tokenizer as { tokens: string[] }).tokens };
}

const modelIn = (base: string) => described(readModelFile(runLayout(base).model));

async function refusal(run: () => Promise<unknown>): Promise<UserError> {
  const error = await run().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UserError);
  return error as UserError;
}

/** The row of a token in a parameter that has one for each. */
function row({ byName, tokens }: Pick<ReturnType<typeof modelIn>, 'byName' | 'tokens'>, name: string, token: string) {
  const values = byName.get(name)!;
  const columns = values.length / tokens.length;
  const id = tokens.indexOf(token);
  return values.slice(id * columns, (id + 1) * columns);
}

describe('a run that starts from a model', () => {
  it('has its weights and its vocabulary, bit for bit, and says so', async () => {
    const { folder, base, config } = await trainedModel();
    const corpus = { path: join(folder, 'old.txt'), split: { train: 0.8, validation: 0.1, test: 0.1 } };
    const run = await beginningOf(config({}, { corpus }), join(folder, 'run'));
    const model = modelIn(base);
    expect(run.tokens).toEqual(model.tokens);
    expect(run.byName).toEqual(model.byName);
    const sha256 = createHash('sha256')
      .update(readFileSync(runLayout(base).model))
      .digest('hex');
    const point = { path: runLayout(base).model, sha256, kept: model.tokens.length, added: 0, dropped: 0 };
    expect(run.start.startedFrom).toEqual(point);
    expect(run.notices).toEqual([]);
    const yaml = readFileSync(runLayout(join(folder, 'run')).config, 'utf8');
    expect(yaml).toContain(`sha256: ${sha256}\n`);
  });

  it.each([{ tieWeights: false }, { tieWeights: true, embeddingSize: 7 }])(
    'with a vocabulary that is replaced has the rows of the tokens that both have, all else as it is, and draws the others: %o',
    async (options) => {
      const { folder, base, config } = await trainedModel(options);
      const run = await beginningOf(config({ vocabulary: 'replace' }), join(folder, 'run'));
      const fresh = config({});
      const { from: _, ...training } = fresh.training;
      const drawn = await beginningOf({ ...fresh, training }, join(folder, 'drawn'));
      const model = modelIn(base);
      expect(run.tokens).toEqual(drawn.tokens);
      const kept = run.tokens.filter((token) => model.tokens.includes(token));
      const added = run.tokens.filter((token) => !model.tokens.includes(token));
      const dropped = model.tokens.filter((token) => !run.tokens.includes(token));
      expect(Math.min(kept.length, added.length, dropped.length)).toBeGreaterThan(1);
      const { length: keptCount } = kept;
      expect(run.start.startedFrom).toMatchObject({ kept: keptCount, added: added.length, dropped: dropped.length });
      for (const name of run.byName.keys()) {
        if (!/^(encoder|decoder)/.test(name)) expect(run.byName.get(name), name).toEqual(model.byName.get(name));
        else {
          for (const token of kept) expect(row(run, name, token), `${name} ${token}`).toEqual(row(model, name, token));
          for (const token of added) expect(row(run, name, token), `${name} ${token}`).toEqual(row(drawn, name, token));
        }
      }
    },
  );

  it('with a vocabulary that is extended has the tokens of the model by their ids, and then the new ones', async () => {
    const { folder, base, config } = await trainedModel();
    const run = await beginningOf(config({ vocabulary: 'extend' }), join(folder, 'run'));
    const model = modelIn(base);
    expect(run.tokens.slice(0, model.tokens.length)).toEqual(model.tokens);
    expect(run.tokens.slice(model.tokens.length).toSorted()).toEqual(['q', 'x', 'y', 'z']);
    for (const name of ['encoder.weight', 'decoder.weight', 'decoder.bias']) {
      const values = model.byName.get(name)!;
      expect(run.byName.get(name)!.subarray(0, values.length), name).toEqual(values);
    }
  });

  it('maps words by their spelling, and treats unknown words as the model does', async () => {
    const { folder, base, config } = await trainedModel({}, { type: 'word' });
    const kept = await beginningOf(config({}), join(folder, 'kept'));
    expect(kept.tokens).toEqual(modelIn(base).tokens);
    const run = await beginningOf(config({ vocabulary: 'replace' }), join(folder, 'run'));
    expect(run.tokens).toContain('the');
    expect(run.tokens).toContain('zqe');
    expect(row(run, 'decoder.weight', 'the')).toEqual(row(modelIn(base), 'decoder.weight', 'the'));
  });

  it('is resumed with the same bits, without the model', async () => {
    const { folder, base, config } = await trainedModel();
    const settings = config({ vocabulary: 'extend' });
    await train(settings, join(folder, 'whole'));
    const directory = join(folder, 'pieces');
    let left = 7;
    await train(settings, directory, { stopRequested: () => left-- === 0 });
    rmSync(base, { recursive: true });
    await train(settings, directory, { start: 'resume', threads: 2 });
    expect(resultOf(directory)).toEqual(resultOf(join(folder, 'whole')));
  });

  it('is refused for characters that the kept vocabulary lacks, with the key that adds them', async () => {
    const { folder, config } = await trainedModel();
    const error = await refusal(() => train(config({}), join(folder, 'run')));
    expect(error.kind).toBe('data');
    expect(error.message).toContain('4 characters are not in the vocabulary');
    expect(error.message).toContain('training.from.vocabulary to extend');
  });

  it('is refused where a tensor does not fit, with the keys that are different', async () => {
    const { folder, config } = await trainedModel();
    const model = {
      layers: [
        { type: 'lstm', size: 12 },
        { type: 'lstm', size: 16 },
      ],
      embedding: { size: 12 },
    };
    const error = await refusal(() => train(config({ vocabulary: 'replace' }, { model }), join(folder, 'run')));
    expect(error.kind).toBe('usage');
    expect(error.message).toContain('its rnn.weight_ih_l1 is 48 x 12, and 64 x 12 is needed');
    expect(error.message).toContain('model.layers.1.size is 16, the model has 12');
    expect(error.message).toContain('Leave the section model out');
  });

  it('says where the model section is different although the weights fit', async () => {
    const { folder, config } = await trainedModel({ cell: { type: 'rnn', nonlinearity: 'tanh' }, layers: 1 });
    const model = { cell: { type: 'rnn', nonlinearity: 'relu' }, layers: 1, hiddenSize: 12 };
    const { notices } = await beginningOf(config({ vocabulary: 'replace' }, { model }), join(folder, 'run'));
    expect(notices.join()).toContain('model.layers.0.nonlinearity is "relu", the model has "tanh"');
  });

  it('is refused for another file than the one whose digest the config has', async () => {
    const { folder, config } = await trainedModel();
    const error = await refusal(() => train(config({ sha256: 'a'.repeat(64) }), join(folder, 'run')));
    expect([error.kind, error.message]).toEqual([
      'usage',
      expect.stringMatching(/^training\.from\.sha256 is a{64}, and .* has /),
    ]);
  });

  it('is refused for another tokenizer than the one that is kept', async () => {
    const { folder, config } = await trainedModel();
    const error = await refusal(() => train(config({}, { tokenizer: { type: 'word' } }), join(folder, 'run')));
    expect([error.kind, error.message]).toEqual([
      'usage',
      expect.stringContaining('tokenizer.type is "word" and training.from.vocabulary is "keep": the model in '),
    ]);
    const limited = await refusal(() => train(config({}, { tokenizer: { minimumCount: 3 } }), join(folder, 'run')));
    expect(limited.message).toContain('tokenizer.minimumCount is 3 and training.from.vocabulary is "keep"');
  });
});
