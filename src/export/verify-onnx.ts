import type { Engine, Program } from '../engine/engine.js';
import type { RunnableModel } from '../engine/onnxruntime/run-model.js';
import { nextTurn } from '../foundation/next-turn.js';
import { createRandom } from '../foundation/random.js';
import { type CarriedState, createCarriedState } from '../model/carried-state.js';
import { type ParameterNetwork, predictionProgram } from '../model/window-programs.js';

const batchSizes = [1, 3, 16];
const sequenceLengths = [1, 7, 50];
/** Consecutive windows; each begins with the state after the previous one. */
const WINDOWS = 2;
/** The most logits of a window (32 MiB): each side stores them once or twice. */
const MOST_LOGITS = 8 * 1024 * 1024;
const SEED = 1;

/** The largest difference between an exported model and the model itself. */
export interface Agreement {
  /** The largest |exported - own| of the logits of a window, divided by the largest |own| of that window. */
  readonly difference: number;
  /** Where it was found: `batch 3, time 50, window 2`. */
  readonly where: string;
}

/** Consecutive windows that are compared, with the state carried separately on each side. */
interface Series {
  readonly batch: number;
  readonly time: number;
  readonly windows: number;
}

/**
 * The series to compare for a vocabulary. A window with too many logits is divided into shorter ones with the same total steps, and if that
 * is not enough, the number of rows is reduced. Equal series are compared once.
 */
export function comparedSeries(vocabularySize: number): Series[] {
  const most = Math.max(1, Math.floor(MOST_LOGITS / vocabularySize));
  const series = new Map<string, Series>();
  for (const rows of batchSizes) {
    for (const steps of sequenceLengths) {
      const batch = Math.min(rows, most);
      const time = Math.min(steps, Math.floor(most / batch));
      series.set(`${batch} ${time}`, { batch, time, windows: Math.ceil((WINDOWS * steps) / time) });
    }
  }
  return [...series.values()];
}

/**
 * Compares an exported model with the typed-array engine: on random tokens, for each of several batch sizes and window lengths, over
 * consecutive windows, with the state carried separately on each side. Memory besides the two models does not grow with the vocabulary.
 *
 * @param engine the engine of one shard whose memory contains the model
 */
export async function compareWithCore(
  model: ParameterNetwork,
  engine: Engine,
  exported: RunnableModel,
  signal?: AbortSignal,
): Promise<Agreement> {
  let worst: Agreement = { difference: 0, where: 'nowhere' };
  for (const series of comparedSeries(model.options.vocabularySize)) {
    const { batch, time } = series;
    const found = await compareWindows(model, engine, exported, series, signal);
    if (!(found.difference <= worst.difference)) worst = { ...found, where: `batch ${batch}, time ${time}, ${found.where}` };
  }
  return worst;
}

async function compareWindows(
  model: ParameterNetwork,
  engine: Engine,
  exported: RunnableModel,
  { batch, time, windows }: Series,
  signal: AbortSignal | undefined,
): Promise<Agreement> {
  const V = model.options.vocabularySize;
  const window = { batchSize: batch, sequenceLength: time, shards: 1 };
  // All rows run together in any precision, as another program would run the file.
  const networks = [model, { options: model.options, precision: 'float32', exported }];
  const [own, other] = networks.map((network) => {
    const state = createCarriedState(engine, model.options, batch);
    return { state, program: predictionProgram(network, engine, window, state) };
  }) as [Side, Side];
  const random = createRandom(SEED, batch * 1000 + time);
  let worst: Agreement = { difference: 0, where: 'nowhere' };
  for (let number = 1; number <= windows; number++) {
    const ids = Int32Array.from({ length: batch * time }, () => random.integer(V));
    for (const { program, state } of [own, other]) {
      program.inputs.tokens![0]!.set(ids);
      await program.run();
      state.carry();
    }
    await nextTurn(signal);
    const [expected, actual] = [own, other].map(({ program }) => program.outputs.logits![0] as Float32Array);
    const difference = relativeDifference(actual!, expected!);
    if (!(difference <= worst.difference)) worst = { difference, where: `window ${number}` };
  }
  return worst;
}

/** One of the two networks, with its own state. */
interface Side {
  readonly state: CarriedState;
  readonly program: Program;
}

/** The largest difference, relative to the largest magnitude; infinite if a value is not a number. */
function relativeDifference(actual: Float32Array, expected: Float32Array): number {
  let difference = 0;
  let magnitude = 0;
  for (let i = 0; i < expected.length; i++) {
    const gap = Math.abs(actual[i]! - expected[i]!);
    if (!(gap <= difference)) difference = Number.isNaN(gap) ? Number.POSITIVE_INFINITY : gap;
    if (Math.abs(expected[i]!) > magnitude) magnitude = Math.abs(expected[i]!);
  }
  return difference === 0 ? 0 : difference / magnitude;
}
