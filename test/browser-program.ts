import { resolveConfig } from '../src/config/resolve.js';
import { createTypedArrayEngine } from '../src/engine/typed-array/typed-array-engine.js';
import { createRandom } from '../src/foundation/random.js';
import { initialize } from '../src/model/initialization.js';
import { modelDescription } from '../src/model/model-description.js';
import { parameterTable } from '../src/model/parameter-table.js';
import { encodeModelFile, type ModelFile } from '../src/run/model-content.js';
import { openModelBytes } from '../src/run/opened-model.js';
import { weightForms, withWeights } from '../src/run/weight-forms.js';
import { createBatchGenerator } from '../src/sample/batch.js';
import { createBeamSearch } from '../src/sample/beam-search.js';
import { createGenerator } from '../src/sample/generate.js';
import { regularExpressionConstraint } from '../src/sample/regular-expression-constraint.js';
import { sampleTokens } from '../src/sample/sample-tokens.js';
import { huggingFaceJson, parseHuggingFaceJson } from '../src/text/tokenizers/hugging-face.js';
import { type TokenizerOptions, trainTokenizer } from '../src/text/tokenizers/index.js';
import { trainOnText } from '../src/train/text-training.js';

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

/** A short training with validation, averaging and samples. */
async function trained(): Promise<{ model: ModelFile; end: object; samples: number }> {
  const config = resolveConfig({
    corpus: { path: 'text.txt', split: { train: 0.8, validation: 0.2, test: 0 }, boundary: 'character' },
    model: { cell: { type: 'lstm' }, hiddenSize: 12 },
    training: {
      ...{ steps: 12, batchSize: 4, sequenceLength: 16, averaging: { type: 'ema' }, validation: { everySteps: 4 } },
      samples: { everySteps: 4, prompts: ['The '], length: 10 },
    },
    engine: { shards: 2 },
  });
  let samples = 0;
  const onEvent = ({ type }: { type: string }) => {
    if (type === 'samples') samples++;
  };
  return { ...(await trainOnText({ config, text: corpus, now: () => 0, onEvent })), samples };
}

/** What a training gives, with the bytes of its model file, as JSON. */
export async function train(): Promise<string> {
  const { model, ...rest } = await trained();
  return JSON.stringify({ ...rest, bytes: [...encodeModelFile(model)] });
}

/** Texts of a model that is opened from bytes with weights in each form. */
export async function writeWithForms(): Promise<string> {
  const { model: file } = await trained();
  const texts: string[] = [];
  for (const form of weightForms) {
    const engine = createTypedArrayEngine();
    const model = openModelBytes(withWeights(file, form), engine);
    const generator = createGenerator({ model, engine });
    let text = '';
    for await (const piece of generator.generate(await generator.read('The'), { maximumTokens: 80, seed: 2 })) text += piece;
    texts.push(text);
    engine.close();
  }
  return JSON.stringify(texts);
}
