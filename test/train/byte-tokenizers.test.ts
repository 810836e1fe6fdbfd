import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers';
import { afterAll, describe, expect, it } from 'vitest';
import { resolveConfig } from '../../src/config/resolve.js';
import type { Config, ResolvedConfig } from '../../src/config/types.js';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { evaluatePerplexity } from '../../src/evaluate/perplexity.js';
import { readModelFile } from '../../src/run/model-file.js';
import { openModel } from '../../src/run/open-model.js';
import { runLayout } from '../../src/run/run-directory.js';
import { createGenerator } from '../../src/sample/generate.js';
import { train } from './run-fixture.js';

const folder = mkdtempSync(join(tmpdir(), 'textloom-'));
afterAll(() => rmSync(folder, { recursive: true }));

const text = '床前明月光，疑是地上霜。\r\nשלום, 👩‍👩‍👧‍👦 the fox and the crow\n'.repeat(60);
writeFileSync(join(folder, 'corpus.txt'), text);

function config(tokenizer: Config['tokenizer'], steps = 6): ResolvedConfig {
  return resolveConfig({
    corpus: { path: join(folder, 'corpus.txt') },
    ...(tokenizer !== undefined && { tokenizer }),
    model: { layers: 1, hiddenSize: 12 },
    training: { steps, batchSize: 4, sequenceLength: 10, checkpoints: { everySteps: 3 } },
  });
}

describe.each<[string, Config['tokenizer']]>([
  ['bytes', { type: 'byte' }],
  ['byte pairs', { type: 'bpe', vocabularySize: 300 }],
])('a run on %s', (name, tokenizer) => {
  it('trains, and its model reads, scores and writes any text', async () => {
    const directory = join(folder, name);
    await train(config(tokenizer), directory);
    const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
    const model = openModel(directory, engine);
    const other = 'Ελληνικά, 𝄞 and one\r\n';
    const tokens = model.tokenizer.encode(other);
    expect(model.tokenizer.decode(tokens)).toBe(other);
    expect((await evaluatePerplexity({ model, engine, tokens })).tokens).toBe(tokens.length - 1);
    const generator = createGenerator({ model, engine });
    const prompt = await generator.read(other);
    let written = '';
    for await (const piece of generator.generate(prompt, { maximumTokens: 100, seed: 1 })) written += piece;
    expect([prompt.text, written === '']).toEqual([other, false]);
    engine.close();
  });
});

describe('a run on byte pairs', () => {
  const bytePairs: Config['tokenizer'] = { type: 'bpe', vocabularySize: 300 };
  const made = join(folder, 'made');
  const file = join(folder, 'tokenizer.json');
  const parametersOf = (directory: string) => readModelFile(runLayout(directory).model).parameters;

  it("writes its vocabulary as a tokenizer.json that Hugging Face's library encodes with equally", async () => {
    await train(config(bytePairs), made);
    const json = readFileSync(runLayout(made).tokenizer, 'utf8');
    const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
    const { tokenizer } = openModel(made, engine);
    expect(new HuggingFaceTokenizer(JSON.parse(json), {}).encode(text).ids).toEqual(Array.from(tokenizer.encode(text)));
    engine.close();
  });

  it('makes the same model with the vocabulary read from that file, and resumes without the file', async () => {
    writeFileSync(file, readFileSync(runLayout(made).tokenizer));
    const read = join(folder, 'read');
    await train(config({ type: 'bpe', file }, 3), read);
    rmSync(file);
    await train(config({ type: 'bpe', file }), read, { start: 'resume' });
    expect(parametersOf(read)).toEqual(parametersOf(made));
  });

  it('names the tokenizer file that is not there', async () => {
    const run = train(config({ type: 'bpe', file: join(folder, 'none.json') }), join(folder, 'none'));
    await expect(run).rejects.toThrow(/none\.json: cannot be read: no such file/);
  });

  it('leaves no vocabulary behind when another run replaces it', async () => {
    await train(config({ type: 'character' }), made, { start: 'overwrite' });
    expect(existsSync(runLayout(made).tokenizer)).toBe(false);
  });
});
