import { lastingConfig } from '../config/lasting-config.js';
import type { ResolvedConfig } from '../config/types.js';
import type { Engine } from '../engine/engine.js';
import { createTypedArrayEngine } from '../engine/typed-array/typed-array-engine.js';
import { checkSignal } from '../foundation/arguments.js';
import { UserError } from '../foundation/errors.js';
import type { Abortable } from '../foundation/next-turn.js';
import { createSha256 } from '../foundation/sha256.js';
import type { JsonValue } from '../foundation/strict-json.js';
import { termSettings } from '../model/objectives/objective.js';
import { synonyms } from '../model/objectives/synonyms.js';
import { modelOptions } from '../model/specification.js';
import { inReadingOrder } from '../model/stacks.js';
import type { ModelFile } from '../run/model-content.js';
import { arrangementOf, arrangeTexts } from '../text/arrangement.js';
import { memoryTokenSource } from '../text/batches.js';
import { cutCorpus, type OpenCorpus } from '../text/cut-corpus.js';
import { type EncodedSplit, encodeToMemory } from '../text/encode.js';
import { makeTokenizer } from '../text/make-tokenizer.js';
import { memoryText } from '../text/memory-text.js';
import { plainReading } from '../text/reading/reading-options.js';
import { computedSplitDigests } from '../text/split-digest.js';
import { tokenizerDeclaration } from '../text/tokenizers/index.js';
import { checkSentences } from './check-sentences.js';
import type { EndEvent, TrainingEvent } from './events.js';
import { drawInitialParameters } from './initial-parameters.js';
import { createSamplesObserver } from './observers/samples.js';
import { startFacts } from './start-facts.js';
import { Trainer } from './trainer.js';
import type { TrainingData } from './training-data.js';
import { freshState, type TrainingState, toCheckpoint } from './training-state.js';

/** What to train on a text in memory. */
export interface TextTraining extends Abortable {
  /** A resolved config whose corpus is one text (`corpus.path`, a name here) on the typed-array engine. */
  readonly config: ResolvedConfig;
  /** The whole corpus, which the config divides into splits. */
  readonly text: string;
  /** The time in seconds, from any origin. No result depends on it. */
  readonly now: () => number;
  readonly onEvent?: (event: TrainingEvent) => void;
  /** One line for the user. */
  readonly onNotice?: (message: string) => void;
  /** Called between steps. When true, the training ends as `interrupted`, with the best model so far or else the last one. */
  readonly stopRequested?: () => boolean;
  /** When it is aborted, the training ends after the step and rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** A model that was trained in memory. */
export interface TrainedModel {
  readonly end: EndEvent;
  /** Best by validation; without validation the last one. */
  readonly model: ModelFile;
}

/**
 * Trains a model on a text in memory: no file is read or written, and nothing of Node is used, so it runs in a browser's worker. The
 * parameters have the bits that `runTraining` gives for the same config and a file with this text. Events are those of any training
 * without those about files: no `checkpoint`, and `runDirectory` is empty.
 *
 * @throws UserError `usage` for a config that needs files, another engine or a clock; `data` for a text that is too short; `diverged`
 */
export async function trainOnText(training: TextTraining): Promise<TrainedModel> {
  const { config, now, onEvent = () => {}, onNotice = () => {}, signal } = training;
  const stopRequested = () => signal?.aborted === true || training.stopRequested?.() === true;
  checkSignal(signal);
  refuseFiles(config);
  const { corpus, data } = await dataOf(training, onNotice);
  const model = modelOptions(config.model, data.tokenizer.vocabulary.size);
  const engine = engineOf(config);
  const tokenizer = data.tokenizer.toJSON();
  const state = freshState(data.digest);
  let samples: ReturnType<typeof createSamplesObserver>;
  try {
    const trainer = new Trainer({
      config,
      engine,
      model,
      data,
      state,
      now,
      onEvent,
      stopRequested,
      observe: async (place, parameters) => samples?.observe(place, parameters),
    });
    const { table, arrays } = trainer.session;
    samples = createSamplesObserver({ config, tokenizer, table }, onEvent);
    drawInitialParameters(arrays.parameters, table, config);
    arrays.evaluated.set(arrays.parameters);
    const identity = {
      table,
      config: lastingConfig(config, (path) => path),
      tokenizer: tokenizer as unknown as JsonValue,
      splitDigests: await computedSplitDigests(corpus, createSha256),
    };
    const current = (): ModelFile => {
      const { config, tokenizer, parameters, training } = toCheckpoint(state, arrays, identity);
      const copies = parameters.map(({ name, shape, data }) => ({ name, shape, data: Float32Array.from(data) }));
      return { config, tokenizer, parameters: copies, ...(training !== undefined && { training }) };
    };
    let best: ModelFile | undefined;
    onEvent({
      type: 'start',
      runDirectory: '',
      step: 0,
      ...startFacts({ trainer, model, data, engine }),
    });
    const reason = await trainer.train({
      keepModel() {
        best = current();
      },
      checkpoint: () => undefined,
      best: () => ({}),
    });
    const end = endOf(reason, state, model.vocabularySize);
    onEvent(end);
    if (reason === 'interrupted') signal?.throwIfAborted();
    return { end, model: best ?? current() };
  } finally {
    samples?.close();
    engine.close();
  }
}

function endOf(reason: EndEvent['reason'], { step, tokens, validation }: TrainingState, vocabularySize: number): EndEvent {
  const { bestLoss, bestStep } = validation;
  return {
    type: 'end',
    reason,
    step,
    tokens,
    ...(bestLoss !== undefined && { bestValidationLoss: bestLoss }),
    ...(bestStep !== undefined && { bestStep }),
    lossOfChance: Math.log(vocabularySize),
  };
}

/** One thread computes all shards: their number is part of the result, that of threads is not. */
function engineOf({ engine }: ResolvedConfig): Engine {
  if (engine.type !== 'typed-array')
    throw new UserError('usage', `engine.type is ${engine.type}: a text in memory is trained on by typed-array`);
  return createTypedArrayEngine({ shards: engine.shards, threads: 1 });
}

/** @throws UserError usage naming the keys that need what is not in memory */
function refuseFiles({ corpus, tokenizer, model, training }: ResolvedConfig): void {
  const related = termSettings(synonyms, training.objective.synonyms).weight > 0;
  const given = [
    ...('path' in corpus ? [] : ['corpus.train']),
    ...(corpus.field === undefined ? [] : ['corpus.field']),
    ...('file' in tokenizer && tokenizer.file !== undefined ? ['tokenizer.file'] : []),
    ...(model.initialization.vectors === undefined ? [] : ['model.initialization.vectors']),
    ...(training.from === undefined ? [] : ['training.from']),
    ...(related ? ['training.objective.synonyms'] : []),
    ...(training.budget === undefined ? [] : ['training.budget']),
    ...(training.tensorboard ? ['training.tensorboard'] : []),
  ];
  if (given.length > 0)
    throw new UserError(
      'usage',
      `${given.join(', ')}: not possible for a text in memory, which is the whole input; leave it out`,
    );
}

/** The text as the tokens that training reads, and as the corpus that they are made of. */
async function dataOf(
  { config, text }: TextTraining,
  onNotice: (message: string) => void,
): Promise<{ corpus: OpenCorpus; data: TrainingData }> {
  if (!('path' in config.corpus)) throw new Error('a corpus of several texts was refused before');
  const { path, split, boundary, documents, sequences, normalization, resetState } = config.corpus;
  const reading = { ...plainReading, documents, sequences, normalization };
  const arrangement = arrangementOf(config.corpus);
  const [arranged] = arrangeTexts([memoryText(text, [path].flat().join(', '), reading)], arrangement);
  const corpus = cutCorpus(arranged!, split, boundary, reading, arrangement);
  const known = tokenizerDeclaration(config.tokenizer.type).known?.(corpus.hasDocuments);
  const tokenizer = known ?? (await makeTokenizer(config.tokenizer, corpus.hasDocuments, corpus.read('train'), onNotice));
  checkSentences(config, tokenizer);
  const encoded = await encodeToMemory(corpus, tokenizer);
  const hash = createSha256();
  hash.update(new Uint8Array(encoded.train!.tokens.buffer, 0, encoded.train!.tokens.byteLength));
  const marksDocumentEnds = resetState || sequences === 'documents';
  const sourceOf = ({ tokens, documentEnds }: EncodedSplit) =>
    inReadingOrder(config.model, marksDocumentEnds ? memoryTokenSource(tokens, documentEnds) : tokens);
  const { train, validation, test } = encoded;
  const data: TrainingData = {
    tokenizer,
    train: sourceOf(train!),
    ...(validation && { validation: sourceOf(validation) }),
    ...(test && { test: sourceOf(test) }),
    digest: hash.digest(),
    splitDigests: {},
    close() {},
  };
  return { corpus, data };
}
