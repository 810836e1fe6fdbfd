import type { Engine, Program } from '../../engine/engine.js';
import { checkNumber, countRange } from '../../foundation/arguments.js';
import { UserError } from '../../foundation/errors.js';
import { nextTurn } from '../../foundation/next-turn.js';
import type { Outputs } from '../../graph/node.js';
import { rewriteBackward, rewriteForward } from '../../graph/rewrites/index.js';
import { type CarriedState, createCarriedState } from '../../model/carried-state.js';
import { trainingGraph } from '../../model/graphs.js';
import { objectiveOf } from '../../model/objective-graph.js';
import { parameterBindings } from '../../model/parameter-table.js';
import type { ModelOptions } from '../../model/specification.js';
import { stacksOf } from '../../model/stacks.js';
import { evaluating, type WindowOptions } from '../../model/window-graph.js';
import type { ParameterNetwork } from '../../model/window-programs.js';
import { type Batches, checkedTokenSource, createBatches, type TokenSource } from '../../text/batches.js';
import { createDocumentBatches } from '../../text/document-batches.js';
import { reversedSource } from '../../text/reversed-source.js';

export interface GeneralizationGapOptions {
  readonly engine: Engine;
  /** The whole model: also of a bidirectional model all parameters, in the order of `parameterTable`. Nothing is written to it. */
  readonly model: ParameterNetwork;
  /** The training text in the order in which the model reads it. */
  readonly train: Int32Array | TokenSource;
  /** The same of the validation text, if there is one. */
  readonly validation?: Int32Array | TokenSource | undefined;
  /** B and T of training; fewer rows are read of a text that is too short for B streams. */
  readonly batchSize: number;
  readonly sequenceLength: number;
  /** The number of window lengths for texts of independent documents. Default: the texts are streams. */
  readonly buckets?: number | undefined;
  /** The seed of dropout masks, and of the choice of documents. */
  readonly seed: number;
  /** About how many predictions of each text are made; whole windows are read. */
  readonly maximumPredictions: number;
  /** Called after each window, with the windows read of all texts; the measurement waits for its promise. */
  onProgress?(done: number, total: number): void | Promise<void>;
}

/** Mean loss of some predictions; of a bidirectional model the mean of both directions. */
export interface MeanLoss {
  readonly natsPerToken: number;
  readonly predictions: number;
}

/** Three losses that separate overfitting from the effect of dropout. */
export interface GeneralizationGap {
  /** Training text, evaluated as a trained model is: without dropout. */
  readonly train: MeanLoss;
  /**
   * The same predictions as training computes them: with dropout and every other mask, and, in a layer with running means, with the means of
   * the window. Absent for a model without any random mask.
   */
  readonly trainWithDropout?: MeanLoss;
  /** Validation text, without dropout. */
  readonly validation?: MeanLoss;
}

/**
 * Measures the loss on the training text with and without dropout, and on the validation text without it. Validation minus training, both
 * without dropout, is the generalization gap; a training loss that is high only with dropout means that dropout, not the capacity of the
 * model, limits it.
 *
 * Texts are read as in training: B parallel streams that begin with a zero state at equal distances in the text, from each of which equally
 * many windows are read; or batches of independent documents, in the order of the first epoch of the seed. Streams of both texts are read
 * equally far, so that the beginning with an empty state costs both the same. No parameter or buffer changes.
 *
 * @throws UserError `data` for a text that is too short for the engine's shards or has unknown ids, `model` when a loss is not a number
 */
export async function measureGeneralizationGap(options: GeneralizationGapOptions): Promise<GeneralizationGap> {
  const { engine, model, seed, maximumPredictions, onProgress } = options;
  checkNumber('maximumPredictions', maximumPredictions, countRange);
  const { train, validation, batchSize } = layOut(options);
  const state = createCarriedState(engine, model.options, batchSize);
  const shared = { engine, model, state, batchSize };
  const plain = createPrograms(shared, evaluationOutputs);
  const masked = createPrograms(shared, (options, window) => {
    // Without trained parameters no gradient is derived.
    const frozen = new Set(model.table.entries.map(({ name }) => name));
    return trainingGraph(options, window, { seed, frozen });
  });
  const hasMasks = masked(lengthOf(train.texts[0]!, 0), train).inputs.step !== undefined;
  const total = (hasMasks ? 2 : 1) * train.windows + (validation?.windows ?? 0);
  let done = 0;
  const onWindow = () => onProgress?.(++done, total);
  const measure = (text: TextPart, programs: Programs) => meanLoss(model.options, state, text, programs, onWindow);
  return {
    train: await measure(train, plain),
    ...(hasMasks && { trainWithDropout: await measure(train, masked) }),
    ...(validation && { validation: await measure(validation, plain) }),
  };
}

/** The first windows of a text: one text, or for a bidirectional model the text in both directions. */
interface TextPart {
  readonly texts: readonly Batches[];
  readonly windows: number;
}

interface TextParts {
  readonly train: TextPart;
  readonly validation?: TextPart;
  readonly batchSize: number;
}

function layOut(options: GeneralizationGapOptions): TextParts {
  const { engine, model, train, validation, buckets, seed, maximumPredictions } = options;
  const { shards } = engine;
  const lengths = [train, ...(validation ? [validation] : [])].map(({ length }) => Math.max(0, length - 1));
  const most = Math.floor(Math.min(...lengths) / shards) * shards;
  const batchSize = Math.max(shards, Math.min(options.batchSize, most));
  const longest = Math.max(1, Math.ceil(Math.min(...lengths) / batchSize));
  const sequenceLength = buckets === undefined ? Math.min(options.sequenceLength, longest) : options.sequenceLength;
  const read = (tokens: TokenSource, name: string, countsFromEnd: boolean) => {
    const shared = { tokens, batchSize, sequenceLength, shards, name };
    return buckets === undefined ? createBatches(shared) : createDocumentBatches({ ...shared, buckets, seed, countsFromEnd });
  };
  const part = (text: Int32Array | TokenSource, name: string): TextPart => {
    const tokens = checkedTokenSource(text, model.options.vocabularySize);
    const forward = read(tokens, name, false);
    const texts = model.options.bidirectional ? [forward, read(reversedSource(tokens), name, true)] : [forward];
    return { texts, windows: windowsFor(forward, maximumPredictions) };
  };
  const parts = {
    train: part(train, 'the training text'),
    ...(validation && { validation: part(validation, 'the validation text') }),
  };
  if (buckets !== undefined || !parts.validation) return { ...parts, batchSize };
  const windows = Math.min(parts.train.windows, parts.validation.windows);
  return { train: { ...parts.train, windows }, validation: { ...parts.validation, windows }, batchSize };
}

/** The windows with so many predictions; documents that are begun are read to their ends. */
function windowsFor({ windows, predictionsBefore, beginsSequences }: Batches, most: number): number {
  let count = 1;
  while (count < windows && (predictionsBefore(count) < most || beginsSequences?.(count) === false)) count++;
  return count;
}

const lengthOf = ({ lengthOf, sequenceLength }: Batches, window: number) => lengthOf?.(window) ?? sequenceLength;

type Programs = (sequenceLength: number, text: TextPart) => Program;

/** Compiles a program for each window length when it is needed. Of the graph's outputs only the loss and the state are computed. */
function createPrograms(
  { engine, model, state, batchSize }: { engine: Engine; model: ParameterNetwork; state: CarriedState; batchSize: number },
  graph: (model: ModelOptions, window: WindowOptions) => Outputs,
): Programs {
  const programs = new Map<string, Program>();
  return (sequenceLength, { texts }) => {
    const resets = texts[0]!.resets ?? false;
    const key = `${sequenceLength} ${resets}`;
    const known = programs.get(key);
    if (known) return known;
    const outputs = Object.entries(graph(model.options, { batchSize, sequenceLength, shards: engine.shards, resets }));
    const wanted = outputs.filter(([name]) => name === 'loss' || name.startsWith('next.'));
    const program = engine.compile(Object.fromEntries(wanted), {
      inputs: { ...parameterBindings(model.table, model.arena), ...state.inputs },
      outputs: state.outputs,
    });
    programs.set(key, program);
    return program;
  };
}

function evaluationOutputs(model: ModelOptions, window: WindowOptions): Outputs {
  return rewriteBackward(rewriteForward(objectiveOf(model, window, evaluating), window.shards));
}

async function meanLoss(
  model: ModelOptions,
  state: CarriedState,
  text: TextPart,
  programs: Programs,
  onWindow: () => void | Promise<void>,
): Promise<MeanLoss> {
  const stacks = stacksOf(model);
  const [forward] = text.texts;
  let nats = 0;
  let predictions = 0;
  state.reset();
  for (let window = 0; window < text.windows; window++) {
    if (forward!.beginsSequences?.(window)) state.reset();
    const { inputs, outputs, run } = programs(lengthOf(forward!, window), text);
    let counted = 0;
    for (const [i, { prefix }] of stacks.entries()) {
      const [tokens, targets] = [inputs[`${prefix}tokens`] as Int32Array[], inputs[`${prefix}targets`] as Int32Array[]];
      const weights = inputs[`${prefix}weights`] as Float32Array[];
      counted = text.texts[i]!.fill(window, tokens, targets, weights, inputs[`${prefix}keep`] as Float32Array[] | undefined);
    }
    inputs.inverseCount![0]![0] = 1 / counted;
    if (inputs.step) inputs.step[0]![0] = window + 1;
    await run();
    state.carry();
    nats += outputs.loss![0]![0]! * counted;
    predictions += counted;
    await onWindow();
    await nextTurn();
  }
  if (!Number.isFinite(nats)) throw new UserError('model', 'the loss of the model is not a number');
  return { natsPerToken: nats / predictions, predictions };
}
