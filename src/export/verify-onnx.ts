import type { Engine, Program } from '../engine/engine.js';
import type { RunnableModel } from '../engine/onnxruntime/run-model.js';
import { createRandom } from '../foundation/random.js';
import { type CarriedState, createCarriedState } from '../model/carried-state.js';
import { type ParameterNetwork, predictionProgram } from '../model/window-programs.js';

const batchSizes = [1, 3, 16];
const sequenceLengths = [1, 7, 50];
/** Windows in a row, of which each takes the state that the one before left. */
const WINDOWS = 2;
/** Logits of a window, 32 MiB of them: each side has them once or twice. */
const MOST_LOGITS = 8 * 1024 * 1024;
const SEED = 1;

/** How far apart an exported model and the model itself are at most. */
export interface Agreement {
  /** The largest |exported - own| of the logits of a window, as a share of the largest |own| there. */
  readonly difference: number;
  /** Where that was: `batch 3, time 50, window 2`. */
  readonly where: string;
}

/** Windows that are compared one after the other, each side with its own carried state. */
interface Series {
  readonly batch: number;
  readonly time: number;
  readonly windows: number;
}

/**
 * The series for a vocabulary. Where the logits of a window would be too many, it is cut into as many shorter ones as make up its steps,
 * and if that is not enough it has fewer rows. Series that are then the same are compared once.
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
 * Compares an exported model with the typed-array core: on random tokens, at each of several batch sizes and window lengths, over
 * windows in a row, each side with its own carried state. Memory beside the two models does not grow with the vocabulary.
 *
 * @param engine of one shard, in whose memory the model is
 */
export async function compareWithCore(model: ParameterNetwork, engine: Engine, exported: RunnableModel): Promise<Agreement> {
  let worst: Agreement = { difference: 0, where: 'nowhere' };
  for (const series of comparedSeries(model.options.vocabularySize)) {
    const { batch, time } = series;
    const found = await compareWindows(model, engine, exported, series);
    if (!(found.difference <= worst.difference)) worst = { ...found, where: `batch ${batch}, time ${time}, ${found.where}` };
  }
  return worst;
}

async function compareWindows(
  model: ParameterNetwork,
  engine: Engine,
  exported: RunnableModel,
  { batch, time, windows }: Series,
): Promise<Agreement> {
  const V = model.options.vocabularySize;
  const window = { batchSize: batch, sequenceLength: time, shards: 1 };
  // Rows together, whatever the precision: as any other program would run the file.
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
    const [expected, actual] = [own, other].map(({ program }) => program.outputs.logits![0] as Float32Array);
    const difference = relativeDifference(actual!, expected!);
    if (!(difference <= worst.difference)) worst = { difference, where: `window ${number}` };
  }
  return worst;
}

/** One of the two, with a state of its own. */
interface Side {
  readonly state: CarriedState;
  readonly program: Program;
}

/** The largest difference as a share of the largest magnitude; infinite where something is not a number. */
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
