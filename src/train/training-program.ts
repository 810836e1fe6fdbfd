import type { Engine, Program } from '../engine/engine.js';
import { UserError } from '../foundation/errors.js';
import type { OptionValues } from '../foundation/options.js';
import { restoreRandom } from '../foundation/random.js';
import { unrolledLayers } from '../model/architecture.js';
import { type CarriedState, createCarriedState } from '../model/carried-state.js';
import { trainingGraph } from '../model/graphs.js';
import { shareAt, type TermSchedule } from '../model/objectives/schedule.js';
import { bufferBindings, gradientBindings, type ParameterTable, parameterBindings } from '../model/parameter-table.js';
import type { ModelOptions } from '../model/specification.js';
import { stacksOf } from '../model/stacks.js';
import { type Batches, batchesOfEpoch } from '../text/batches.js';
import { microbatches } from '../text/microbatches.js';
import type { WordRelations } from '../text/word-vectors/read-relations.js';
import { createPreviousWords } from './previous-words.js';
import { createRandomTokens } from './random-tokens.js';
import { statesInTurns } from './states-in-turns.js';

/** The compiled step: forward pass, loss, and back-propagation through time; one program for each window length. */
export interface TrainingProgram {
  /** Gradients of the last step, [table.trainedLength], in the layout of the parameters. */
  readonly gradients: Float32Array;
  /** The hidden state: for each part, one array for each shard of each microbatch. */
  readonly state: Readonly<Record<string, readonly Float32Array[]>>;
  /**
   * Computes loss and gradients of one window, and advances the state and the buffers. `microbatch` is counted from 0, `epoch` from 1; the
   * first ones are the defaults.
   * `draw` is the number for which dropout masks and resets of the state are drawn. Losses and gradients are sums over the window's tokens
   * divided by `divisor`, by default the number of these tokens. `progress` is the share of the run that is done; without it every term has
   * its whole weight. `counts` selects the rows of the whole batch whose targets count; default all.
   * @returns the loss in nats and the weighted further terms of the objective, each divided so; and the number of tokens
   */
  run(
    window: number,
    draw: number,
    options?: {
      microbatch?: number;
      epoch?: number;
      divisor?: number;
      progress?: number | undefined;
      counts?: RowChoice | undefined;
    },
  ): Promise<WindowResult>;
  resetState(): void;
  /** Copies the state and the buffers, which a window changes; the result restores them. */
  remember(): () => void;
  parametersChanged(): void;
}

/** Whether a row of the whole batch is chosen. */
export type RowChoice = (row: number) => boolean;

/** What the windows of one or of several programs give: sums. */
export interface WindowResult {
  readonly loss: number;
  readonly tokens: number;
  readonly terms: Readonly<Record<string, number>>;
  /** Of a bidirectional model: the loss of each direction. Empty otherwise. */
  readonly directions: Readonly<Record<string, number>>;
}

interface TrainingProgramOptions {
  engine: Engine;
  model: ModelOptions;
  table: ParameterTable;
  /** Names of the parameters that are not trained, as in the table. */
  frozen: ReadonlySet<string>;
  /** [table.arenaLength] */
  parameters: Float32Array;
  /** With shards of the engine for each microbatch. */
  batches: Batches;
  /** Rows of the whole batch. */
  batchSize: number;
  /** Equal parts of the batch's rows, which one program computes one after another. Default 1. */
  microbatches?: number;
  seed: number;
  /** Weights of the objective's terms by name, or maps with their options. Default none. */
  objective?: OptionValues;
  /** When terms of the objective count, by name. Default always. */
  schedules?: Readonly<Record<string, TermSchedule>>;
  /** The token that ends a line, for terms that use sentences. Default none: then no sentence is known. */
  lineEnd?: number | undefined;
  /** Pairs of related tokens, for terms of the objective that use them. Default none: such terms are omitted. */
  relations?: WordRelations | undefined;
  /** Probability that a sequence's state is set to zero before a window. Default 0. */
  stateReset?: number;
}

const NOTHING = {};

/** @throws UserError `usage` when a window of the unrolled network is longer than the engine can compile */
export function createTrainingProgram(options: TrainingProgramOptions): TrainingProgram {
  const { engine, model, table, frozen, parameters, batches, seed, objective, relations } = options;
  const { microbatches: count = 1, stateReset = 0 } = options;
  const batchSize = options.batchSize / count;
  const parts = microbatches(batches, count, engine.shards);
  const schedules = Object.entries(options.schedules ?? {});
  const scheduled = schedules.map(([name]) => name);
  const lengths = batches.lengths ?? [batches.sequenceLength];
  checkWindow(engine, model, batches.sequenceLength, lengths.at(-1)!);
  const gradients = engine.allocateFloats(table.trainedLength);
  const buffers = parameters.subarray(table.trainedLength, table.changedLength);
  const nextBuffers = engine.allocateFloats(buffers.length);
  const state = createCarriedState(engine, model, batchSize);
  const states = statesInTurns(state, count);
  const compiled = lengths.map((sequenceLength) => {
    const size = { batchSize, sequenceLength, shards: engine.shards, resets: batches.resets };
    const program = engine.compile(
      trainingGraph(model, size, { seed, objective, relatedPairs: relations?.first.length, scheduled, frozen }),
      {
        inputs: { ...parameterBindings(table, parameters), ...state.inputs },
        outputs: { ...gradientBindings(table, gradients), ...bufferBindings(table, nextBuffers), ...state.outputs },
      },
    );
    for (const name of ['first', 'second', 'shares'] as const) {
      const pairs = program.inputs[`relations.${name}`];
      if (pairs && relations) pairs[0]!.set(relations[name]);
    }
    return [sequenceLength, windowProgram(program, model, batchSize)] as const;
  });
  const programs = new Map(compiled);
  const most = Math.max(...compiled.map(([, { randomTokens }]) => totalLength(randomTokens)));
  const randomTokens =
    most > 0 ? createRandomTokens({ counts: batches.tokenCounts(model.vocabularySize), batchSize, most, seed }) : undefined;
  const mostWords = Math.max(...compiled.map(([, { streams }]) => totalLength(streams[0]!.previous.tokens)));
  const previousWords =
    mostWords > 0 && options.lineEnd !== undefined
      ? createPreviousWords({ lineEnd: options.lineEnd, batchSize, most: mostWords, seed })
      : undefined;
  const parametersChanged = () => {
    for (const [, { program }] of compiled) program.parametersChanged();
  };

  return {
    gradients,
    state: states.arrays,
    async run(window, draw, { microbatch = 0, epoch = 1, divisor, progress, counts } = {}) {
      states.enter(microbatch);
      const rows = parts[microbatch]!;
      if (stateReset > 0) resetSequences(state, batchSize, stateReset, seed, draw);
      const inEpoch = batchesOfEpoch(rows, epoch);
      if (inEpoch.beginsSequences?.(window)) state.reset();
      const program = programs.get(inEpoch.lengthOf?.(window) ?? inEpoch.sequenceLength)!;
      // A buffer that no layer updates keeps its value.
      nextBuffers.set(buffers);
      const texts = rows.reversed ? [inEpoch, batchesOfEpoch(rows.reversed, epoch)] : [inEpoch];
      const ownCounts = counts && ((row: number) => counts(microbatch * batchSize + row));
      const tokens = program.prepare(texts, window, draw, { divisor, counts: ownCounts });
      randomTokens?.write(draw, program.randomTokens);
      for (const [i, stream] of program.streams.entries())
        previousWords?.write(texts[i]!, window, draw, stream, stream.previous);
      for (const [name, schedule] of schedules)
        for (const input of program.program.inputs[`share.${name}`] ?? [])
          input[0] = progress === undefined ? 1 : shareAt(schedule, progress);
      await program.program.run();
      state.carry();
      states.leave(microbatch);
      buffers.set(nextBuffers);
      if (buffers.length > 0) parametersChanged();
      return { loss: program.loss[0]!, tokens, terms: program.terms(), directions: program.directions() };
    },
    resetState: () => states.reset(),
    remember() {
      const [restore, values] = [states.remember(), Float32Array.from(buffers)];
      return () => {
        restore();
        buffers.set(values);
      };
    },
    parametersChanged,
  };
}

/** A compiled program for windows of one length, with functions for its inputs and outputs. */
function windowProgram(program: Program, model: ModelOptions, batchSize: number) {
  const { inputs, outputs } = program;
  const { inverseCount, step: stepInput } = inputs;
  const streams = stacksOf(model).map(({ prefix }) => ({
    tokens: inputs[`${prefix}tokens`] as Int32Array[],
    targets: inputs[`${prefix}targets`] as Int32Array[],
    weights: inputs[`${prefix}weights`] as Float32Array[],
    keep: inputs[`${prefix}keep`] as Float32Array[] | undefined,
    previous: {
      tokens: (inputs[`${prefix}previous.tokens`] ?? []) as Int32Array[],
      known: (inputs[`${prefix}previous.known`] ?? []) as Float32Array[],
    },
  }));
  return {
    program,
    streams,
    /** Of each shard; empty if no term of the objective compares with random tokens. */
    randomTokens: (inputs.randomTokens ?? []) as Int32Array[],
    loss: outputs.loss![0]!,
    terms: readerOf(outputs, 'objective.'),
    directions: readerOf(outputs, 'loss.'),
    /** Writes the inputs of a window, a text for each stack; returns its number of tokens, which is the same in all texts. */
    prepare(
      texts: readonly Batches[],
      window: number,
      draw: number,
      { divisor, counts }: { divisor: number | undefined; counts: RowChoice | undefined },
    ): number {
      let counted = 0;
      for (const [i, { tokens, targets, weights, keep }] of streams.entries()) {
        counted = texts[i]!.fill(window, tokens, targets, weights, keep);
        if (counts) counted = keepWeights(weights, batchSize, counts);
      }
      inverseCount![0]![0] = 1 / (divisor ?? counted);
      if (stepInput) stepInput[0]![0] = draw;
      return counted;
    },
  };
}

/** Sets the weights of the other rows to zero; returns the sum of those that are left. */
function keepWeights(parts: readonly Float32Array[], batchSize: number, counts: RowChoice): number {
  const rows = batchSize / parts.length;
  let sum = 0;
  for (const [shard, weights] of parts.entries())
    for (let i = 0; i < weights.length; i++) {
      if (!counts(shard * rows + (i % rows))) weights[i] = 0;
      sum += weights[i]!;
    }
  return sum;
}

/** Returns a function that reads the outputs, numbers, whose names begin with a prefix, by the rest of their names. */
function readerOf(outputs: Program['outputs'], prefix: string): () => Readonly<Record<string, number>> {
  const values = Object.entries(outputs).flatMap(([name, [value]]) =>
    name.startsWith(prefix) ? [[name.slice(prefix.length), value!] as const] : [],
  );
  return () => (values.length === 0 ? NOTHING : Object.fromEntries(values.map(([name, value]) => [name, value[0]!])));
}

const totalLength = (parts: readonly Int32Array[]) => parts.reduce((sum, { length }) => sum + length, 0);

/** The stream of the seed from which resets of the state are drawn. */
const STATE_RESET_STREAM = 2;

/**
 * Sets the state of each sequence to zero with probability p (Melis et al. 2018): the model learns to begin with an empty state, as in
 * evaluation. A draw is a function of seed, `draw` and the sequence's row in the whole batch.
 */
function resetSequences(state: CarriedState, batchSize: number, p: number, seed: number, draw: number): void {
  const random = restoreRandom({ seed, stream: STATE_RESET_STREAM, position: 2 * batchSize * draw });
  for (let row = 0; row < batchSize; row++) if (random.uniform() < p) state.resetRow(row);
}

/**
 * Programs are unrolled over the window, so their size and the time to compile them grow with its length.
 * @throws UserError `usage` with the longest window that the engine can compile for this model
 */
function checkWindow(
  { name, longerWindows, maximumUnrolledSteps: most }: Engine,
  model: ModelOptions,
  sequenceLength: number,
  longestWindow: number,
): void {
  const layers = unrolledLayers(model);
  if (longestWindow * layers <= most) return;
  const longest = Math.floor(most / layers) - (longestWindow - sequenceLength);
  const otherwise = longest <= 0 ? 'make model.layers smaller' : `set training.sequenceLength to at most ${longest}`;
  const elsewhere = longerWindows === undefined ? '' : `; with engine.type ${longerWindows} it may be longer`;
  const varied = longestWindow === sequenceLength ? '' : ` (windows up to ${longestWindow} by training.lengthVariation)`;
  throw new UserError(
    'usage',
    `training.sequenceLength ${sequenceLength}${varied} with ${layers === 1 ? 'one recurrent layer' : `${layers} recurrent layers`} is ${longestWindow * layers} steps of a layer in a window; ` +
      `the ${name} engine compiles at most ${most}: ${otherwise}${elsewhere}`,
  );
}
