/**
 * Textloom in a browser: open, sample, evaluate and train recurrent language models in a page or, so that the page stays usable, in a
 * worker. It needs WebAssembly with SIMD, and neither threads nor a network.
 *
 * ```ts
 * import { createGenerator, createTypedArrayEngine, openModel } from 'textloom/browser';
 *
 * const engine = createTypedArrayEngine();
 * const bytes = new Uint8Array(await (await fetch('model.safetensors')).arrayBuffer());
 * const generator = createGenerator({ model: openModel(bytes, engine), engine });
 * const prompt = await generator.read('Once');
 * for await (const text of generator.generate(prompt, { maximumTokens: 200, temperature: 0.8, seed: 1 })) document.body.append(text);
 * engine.close();
 * ```
 *
 * Whatever a user can put right is thrown as {@link UserError}; everything else that is thrown is a bug.
 *
 * @module textloom/browser
 */

export { resolveConfig } from './config/resolve.js';
export type { Config, ResolvedConfig } from './config/types.js';
export type { Engine } from './engine/engine.js';
export { createTypedArrayEngine, type TypedArrayEngineOptions } from './engine/typed-array/typed-array-engine.js';
export { evaluatePerplexity, type Perplexity, type PerplexityOptions } from './evaluate/perplexity.js';
export { type ErrorKind, UserError } from './foundation/errors.js';
export type { Abortable } from './foundation/next-turn.js';
export type { LanguageModel } from './model/window-programs.js';
export { encodeModelFile, type ModelFile, type Parameter, parseModelFile } from './run/model-content.js';
export { type OpenedModel, openModelBytes as openModel } from './run/opened-model.js';
export { type BatchGenerator, createBatchGenerator, type TextSink, type WritingTask } from './sample/batch.js';
export { type BeamSearchOptions, createBeamSearch, type FoundText } from './sample/beam-search.js';
export { type FilledText, type FillOptions, fillBlanks } from './sample/fill/fill-blanks.js';
export { createGenerator, type TextGenerator } from './sample/generate.js';
export type { PenaltyOptions } from './sample/penalties.js';
export type { ReadPrompt } from './sample/read-prompt.js';
export { regularExpressionConstraint } from './sample/regular-expression-constraint.js';
export type { SamplingOptions } from './sample/sampler.js';
export { endToken } from './sample/special-tokens.js';
export type { GenerationOptions, GenerationSummary, TokenConstraint, WrittenToken } from './sample/text-writer.js';
export { type TokenizerOptions, tokenizerFromJSON, trainTokenizer } from './text/tokenizers/index.js';
export type { TokenDecoder, Tokenizer, TokenizerState, TokenizerType } from './text/tokenizers/tokenizer.js';
export type { Vocabulary } from './text/tokenizers/vocabulary.js';
export type * from './train/events.js';
export { type TextTraining, type TrainedModel, trainOnText } from './train/text-training.js';
