import { createTypedArrayEngine } from '../src/engine/typed-array/typed-array-engine.js';
import { createRandom } from '../src/foundation/random.js';
import { initialize } from '../src/model/initialization.js';
import { modelDescription } from '../src/model/model-description.js';
import { parameterTable } from '../src/model/parameter-table.js';
import { createBatchGenerator } from '../src/sample/batch.js';
import { createBeamSearch } from '../src/sample/beam-search.js';
import { createGenerator } from '../src/sample/generate.js';
import { regularExpressionConstraint } from '../src/sample/regular-expression-constraint.js';
import { sampleTokens } from '../src/sample/sample-tokens.js';
import { huggingFaceJson, parseHuggingFaceJson } from '../src/text/tokenizers/hugging-face.js';
import { type TokenizerOptions, trainTokenizer } from '../src/text/tokenizers/index.js';

/** A program that runs in Node and in a browser. */

export const corpus = 'The fox said “hé” to the crow. The crow dropped 漢字 and 😀, and the fox ate the cheese. '.repeat(8);

/** @throws UserError where there are no threads */
export function closeTwoThreads(): void {
  createTypedArrayEngine({ shards: 2, threads: 2 }).close();
}

/** Texts of a model whose parameters a seed decides, written in every way that there is, as JSON. */
export async function writeTexts(choice: TokenizerOptions): Promise<string> {
  const tokenizer = trainTokenizer(choice, corpus);
  const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
  const config = { model: { cell: { type: 'gru' }, layers: 2, embeddingSize: 16, hiddenSize: 24 } };
  const state = JSON.parse(JSON.stringify(tokenizer.toJSON()));
  const description = modelDescription('a model', { config, tokenizer: state });
  const table = parameterTable(description.options);
  const arena = engine.allocateFloats(table.arenaLength);
  initialize(arena, table, { type: 'uniform', range: 0.8 }, createRandom(11));
  const model = { ...description, table, arena };

  const generator = createGenerator({ model, engine });
  const prompt = await generator.read('The fox ');
  const long = await generator.read(corpus);
  let text = '';
  for await (const piece of generator.generate(prompt, { maximumTokens: 150, temperature: 0.9, seed: 3 })) text += piece;
  const pieces: string[] = [];
  const options = { maximumTokens: 60, seed: 4 };
  const tasks = [prompt, long].map((prompt) => ({ prompt, options }));
  await createBatchGenerator({ model, engine, generator }, 2).write(tasks, {
    text: (task, piece) => pieces.push(`${task}: ${piece}`) > 0,
    end: () => true,
  });
  const beams = await createBeamSearch({ model, engine }, { beams: 3, maximumTokens: 12 })(prompt);
  const samples = await sampleTokens({ engine, model, texts: 2, length: 40, seed: 5 });
  let constrained = '';
  if (!tokenizer.locate) {
    const constraint = regularExpressionConstraint('([a-z]+[ é漢])+[a-z]+[.]?', tokenizer);
    for await (const piece of generator.generate(prompt, { maximumTokens: 60, seed: 6, constraint })) constrained += piece;
  }
  engine.close();
  return JSON.stringify({
    ids: [...tokenizer.encode(corpus)],
    text,
    pieces,
    beams,
    samples: samples.map((ids) => [...ids]),
    constrained,
  });
}

/** A text encoded and decoded with byte pairs that went through their Hugging Face form. */
export function throughHuggingFace(): string {
  const state = trainTokenizer({ type: 'bpe', vocabularySize: 280 }, corpus).toJSON();
  if (state.type !== 'bpe') throw new Error('trained as byte pairs');
  const { tokenizer } = parseHuggingFaceJson(huggingFaceJson(state), 'tokenizer.json');
  return tokenizer.decode(tokenizer.encode(corpus));
}
