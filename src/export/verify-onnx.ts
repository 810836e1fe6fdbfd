import type { Engine } from '../engine/engine.js';
import type { ModelValue, RunnableModel } from '../engine/onnxruntime/run-model.js';
import { createCarriedState } from '../model/carried-state.js';
import { predictionGraph, stateNames } from '../model/language-model.js';
import { parameterBindings } from '../model/parameter-table.js';
import { createRandom } from '../random.js';
import type { ExportedModel } from './layer-place.js';

const batchSizes = [1, 3, 16];
const sequenceLengths = [1, 7, 50];
/** Windows in a row, of which each takes the state that the one before left. */
const WINDOWS = 2;
const SEED = 1;

/** How far apart an exported model and the model itself are at most. */
export interface Agreement {
  /** The largest |exported - own| of the logits of a window, as a share of the largest |own| there. */
  readonly difference: number;
  /** Where that was: `batch 3, time 50, window 2`. */
  readonly where: string;
}

/**
 * Compares an exported model with the typed-array core: on random tokens, at each of several batch sizes and window lengths, over two
 * windows in a row, each side with its own carried state.
 *
 * @param engine of one shard, in whose memory the model is
 */
export async function compareWithCore(model: ExportedModel, engine: Engine, exported: RunnableModel): Promise<Agreement> {
  let worst: Agreement = { difference: 0, where: 'nowhere' };
  for (const batch of batchSizes) {
    for (const time of sequenceLengths) {
      const found = await compareWindows(model, engine, exported, batch, time);
      if (!(found.difference <= worst.difference)) worst = { ...found, where: `batch ${batch}, time ${time}, ${found.where}` };
    }
  }
  return worst;
}

async function compareWindows(
  model: ExportedModel,
  engine: Engine,
  exported: RunnableModel,
  batch: number,
  time: number,
): Promise<Agreement> {
  const { vocabularySize: V, hiddenSize: H } = model.options;
  const state = createCarriedState(engine, model.options, batch);
  const graph = predictionGraph(model.options, { batchSize: batch, sequenceLength: time, shards: 1 });
  const program = engine.compile(graph, {
    inputs: { ...parameterBindings(model.table, model.arena), ...state.inputs },
    outputs: state.outputs,
  });
  const random = createRandom(SEED, batch * 1000 + time);
  const names = stateNames(model.options);
  let carried: Record<string, ModelValue> = Object.fromEntries(
    names.map((name) => [name, { shape: [batch, H], data: new Float32Array(batch * H) }]),
  );
  let worst: Agreement = { difference: 0, where: 'nowhere' };
  for (let window = 0; window < WINDOWS; window++) {
    const ids = new BigInt64Array(batch * time);
    // The core's rows are time-major.
    const rows = program.inputs.tokens![0]!;
    for (let b = 0; b < batch; b++) {
      for (let t = 0; t < time; t++) {
        const id = random.integer(V);
        ids[b * time + t] = BigInt(id);
        rows[t * batch + b] = id;
      }
    }
    await program.run();
    const outputs = await exported.run({ tokens: { shape: [batch, time], data: ids }, ...carried });
    const own = batchMajor(program.outputs.logits![0] as Float32Array, batch, time, V);
    const difference = relativeDifference(outputs.logits!.data as Float32Array, own);
    if (!(difference <= worst.difference)) worst = { difference, where: `window ${window + 1}` };
    state.carry();
    carried = Object.fromEntries(names.map((name) => [name, outputs[`next.${name}`]!]));
  }
  return worst;
}

/** [time * batch, V] to [batch, time, V]. */
function batchMajor(logits: Float32Array, batch: number, time: number, V: number): Float32Array {
  const turned = new Float32Array(logits.length);
  for (let t = 0; t < time; t++) {
    for (let b = 0; b < batch; b++) {
      const from = (t * batch + b) * V;
      turned.set(logits.subarray(from, from + V), (b * time + t) * V);
    }
  }
  return turned;
}

/** The largest difference as a share of the largest magnitude; infinite where something is not a number, or sizes differ. */
function relativeDifference(actual: Float32Array, expected: Float32Array): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let difference = 0;
  let magnitude = 0;
  for (let i = 0; i < expected.length; i++) {
    const gap = Math.abs(actual[i]! - expected[i]!);
    if (!(gap <= difference)) difference = Number.isNaN(gap) ? Number.POSITIVE_INFINITY : gap;
    if (Math.abs(expected[i]!) > magnitude) magnitude = Math.abs(expected[i]!);
  }
  return difference === 0 ? 0 : difference / magnitude;
}
