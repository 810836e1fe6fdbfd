/**
 * Textloom as a library: train, open, sample and evaluate recurrent language models from a program.
 *
 * ```ts
 * import { createGenerator, createTypedArrayEngine, openModel } from 'textloom';
 *
 * const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
 * const generator = createGenerator({ model: openModel('runs/quickstart', engine), engine });
 * const prompt = await generator.read('Once');
 * for await (const text of generator.generate(prompt, { maximumTokens: 200, temperature: 0.8, seed: 1 })) process.stdout.write(text);
 * engine.close();
 * ```
 *
 * Whatever a user can put right is thrown as {@link UserError}; everything else that is thrown is a bug.
 *
 * @module textloom
 */

export { stringifyConfig } from './config/config-file.js';
export type { LoadOptions } from './config/load.js';
export { resolveConfig } from './config/resolve.js';
export type { Config, CorpusConfig, EngineConfig, ModelConfig, ResolvedConfig } from './config/types.js';
export type { Engine } from './engine/engine.js';
export { createOnnxRuntimeEngine, type OnnxRuntimeEngineOptions } from './engine/onnxruntime/onnxruntime-engine.js';
export type { RunnableModel, RunOptions } from './engine/onnxruntime/run-model.js';
export { createReferenceEngine } from './engine/reference/reference-engine.js';
export { createTypedArrayEngine, type TypedArrayEngineOptions } from './engine/typed-array/typed-array-engine.js';
export { type BaselineOptions, type Baselines, evaluateBaselines } from './evaluate/baselines/evaluate-baselines.js';
export { type KneserNeyOptions, type NgramModel, type NgramReader, trainKneserNey } from './evaluate/baselines/kneser-ney.js';
export { type BothContextsOptions, evaluateBothContexts } from './evaluate/both-contexts.js';
export type { AdaptationRule } from './evaluate/dynamic/adaptation.js';
export { type DynamicEvaluationOptions, evaluateDynamically } from './evaluate/dynamic/dynamic-evaluation.js';
export {
  type EffectiveContext,
  type EffectiveContextOptions,
  measureEffectiveContext,
} from './evaluate/effective-context.js';
export {
  type Memorization,
  type MemorizationOptions,
  measureMemorization,
  type NgramShare,
} from './evaluate/memorization/memorization.js';
export { evaluateWithCache, type NeuralCacheOptions } from './evaluate/neural-cache.js';
export { evaluatePerplexity, NonFiniteLossError, type Perplexity, type PerplexityOptions } from './evaluate/perplexity.js';
export {
  type ContextualVectors,
  type ContextualVectorsOptions,
  exportContextualVectors,
} from './export/contextual-vectors.js';
export { exportHtml, type HtmlExport, type HtmlExportOptions } from './export/html-export.js';
export { exportOnnx, type OnnxExport, type OnnxExportOptions, type OnnxPrecision } from './export/onnx-export.js';
export type { OnnxForm } from './export/onnx-graph.js';
export { exportPyTorch, type PyTorchFiles, pyTorchFiles } from './export/pytorch-export.js';
export { type ExportedFile, exportSafetensors } from './export/safetensors-export.js';
export { exportVectors } from './export/vectors-export.js';
export type { Agreement } from './export/verify-onnx.js';
export type { AtomicWriteOptions } from './files/atomic-file.js';
export { type ErrorKind, ExitCode, UserError } from './foundation/errors.js';
export type { Abortable } from './foundation/next-turn.js';
export type { JsonMap, JsonValue } from './foundation/strict-json.js';
export { type ImportedModel, type ImportOptions, importModel, type VocabularySource } from './import/import-model.js';
export type { ImportedTensor } from './import/import-parameters.js';
export type { NameMap } from './import/match-names.js';
export { loadConfigWithModels as loadConfig } from './library/load-config.js';
export { type TrainingOptions, train as runTraining } from './library/train.js';
export { trainingEvents } from './library/training-events.js';
export type { SavedState } from './model/carried-state.js';
export type { ModelDescription } from './model/model-description.js';
export type { ModelOptions } from './model/specification.js';
export type { LanguageModel, Network, ParameterNetwork } from './model/window-programs.js';
export type { ModelFile, Parameter } from './run/model-content.js';
export { writeModelFile } from './run/model-file.js';
export { type OnnxModelInfo, readOnnxModelInfo } from './run/onnx-metadata.js';
export { type OpenedExport, openExport } from './run/open-export.js';
export { type OpenedModel, openModel } from './run/open-model.js';
export { type BatchGenerator, createBatchGenerator, type TextSink, type WritingTask } from './sample/batch.js';
export { type BeamSearchOptions, createBeamSearch, type FoundText } from './sample/beam-search.js';
export { type FilledText, type FillOptions, fillBlanks } from './sample/fill/fill-blanks.js';
export { createGenerator, type TextGenerator } from './sample/generate.js';
export type { PenaltyOptions } from './sample/penalties.js';
export type { ReadPrompt } from './sample/read-prompt.js';
export { regularExpressionConstraint } from './sample/regular-expression-constraint.js';
export { sampleTokens, type TokenSamplingOptions } from './sample/sample-tokens.js';
export type { SamplingOptions } from './sample/sampler.js';
export { endToken } from './sample/special-tokens.js';
export type { GenerationOptions, GenerationSummary, TokenConstraint, WrittenToken } from './sample/text-writer.js';
export type { TokenSource } from './text/batches.js';
export { readHuggingFaceTokenizer } from './text/hugging-face-file.js';
export type { TextNormalization } from './text/reading/reading-options.js';
export { huggingFaceJson } from './text/tokenizers/hugging-face.js';
export { type TokenizerOptions, tokenizerFromJSON, trainTokenizer } from './text/tokenizers/index.js';
export type { TokenDecoder, Tokenizer, TokenizerState, TokenizerType } from './text/tokenizers/tokenizer.js';
export type { Vocabulary } from './text/tokenizers/vocabulary.js';
export type { Threads } from './train/engines.js';
export type * from './train/events.js';
