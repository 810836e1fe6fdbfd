import type { Buffer, Program } from '../engine/engine.js';
import type { ModelValue, RunnableModel } from '../engine/onnxruntime/run-model.js';
import { UserError } from '../foundation/errors.js';
import { logSumExpOf } from '../foundation/special-functions.js';
import { architectureOf } from './architecture.js';
import type { CarriedState } from './carried-state.js';
import type { ModelOptions } from './specification.js';
import type { WindowOptions } from './window-graph.js';

/** An exported file with its own graph and weights, which onnxruntime runs unchanged. */
export interface ExportedNetwork {
  readonly options: ModelOptions;
  /** `float32`, or a lower precision. */
  readonly precision: string;
  readonly exported: RunnableModel;
}

/** What a program over an exported network outputs, besides the state. */
export type Wanted = 'logits' | 'loss' | 'nothing';

/** The most logits of one run of the file (32 MiB): a window of a large vocabulary is run in parts. */
const MOST_LOGITS = 8 * 1024 * 1024;

/**
 * The program of an exported network, with the same inputs and outputs as a program that an engine compiles from our own graphs, for a
 * batch of one shard. Rows are time-major here, and batch-major in the file.
 *
 * @throws UserError `usage` for several shards; running it throws UserError `model` when the file's outputs have unexpected sizes
 */
export function exportedProgram(
  { options, precision, exported }: ExportedNetwork,
  { batchSize: B, sequenceLength: T, shards, resets }: WindowOptions,
  state: CarriedState,
  wanted: Wanted,
): Program {
  if (shards !== 1) throw new UserError('usage', `an exported model is run with an engine of one shard, not ${shards}`);
  const { vocabularySize: V } = options;
  const { states } = architectureOf(options);
  const before = states.map(({ name }) => state.inputs[name]![0] as Float32Array);
  const after = states.map(({ name }) => state.outputs[`next.${name}`]![0] as Float32Array);
  // Outside the engine's memory: threads may share that, and onnxruntime accepts no shared arrays.
  const carried = states.map(({ columns }) => new Float32Array(B * columns));
  const tokens = new Int32Array(T * B);
  const targets = new Int32Array(wanted === 'loss' ? T * B : 0);
  const keep = new Float32Array(resets ? T * B : 0).fill(1);
  const result = new Float32Array(wanted === 'logits' ? T * B * V : wanted === 'loss' ? T * B : 0);
  // In int8 the quantization scale is that of the largest value of all rows in a run. Rows are therefore run one at a time, so that the
  // result of a text does not depend on the others.
  const together = precision === 'int8' ? 1 : B;

  const mostSteps = Math.max(1, Math.floor(MOST_LOGITS / (together * V)));

  /** Runs `together` rows from `row` on over the steps `from` to `to` (exclusive). */
  async function runPart(row: number, from: number, to: number): Promise<void> {
    const steps = to - from;
    const ids = new BigInt64Array(together * steps);
    for (let b = 0; b < together; b++)
      for (let t = 0; t < steps; t++) ids[b * steps + t] = BigInt(tokens[(from + t) * B + row + b]!);
    const rows = (i: number) => carried[i]!.subarray(row * states[i]!.columns, (row + together) * states[i]!.columns);
    const feeds = states.map(({ name, columns }, i) => [name, { shape: [together, columns], data: rows(i) }] as const);
    const outputs = await exported.run({ tokens: { shape: [together, steps], data: ids }, ...Object.fromEntries(feeds) });
    const logits = checked(outputs, 'logits', together * steps * V);
    for (let b = 0; b < together; b++) {
      for (let t = 0; t < steps; t++) {
        const place = (from + t) * B + row + b;
        const own = logits.subarray((b * steps + t) * V, (b * steps + t + 1) * V);
        if (wanted === 'logits') result.set(own, place * V);
        else if (wanted === 'loss') result[place] = logSumExpOf(own) - own[targets[place]!]!;
      }
    }
    for (const [i, { name, columns }] of states.entries()) rows(i).set(checked(outputs, `next.${name}`, together * columns));
  }

  const inputs: Record<string, readonly Buffer[]> = { ...state.inputs, tokens: [tokens] };
  if (wanted === 'loss') inputs.targets = [targets];
  if (resets) inputs.keep = [keep];
  return {
    inputs,
    outputs: { ...state.outputs, ...(wanted !== 'nothing' && { [wanted]: [result] }) },
    parametersChanged() {},
    async run() {
      for (const [i, part] of before.entries()) carried[i]!.set(part);
      for (let from = 0, to: number; from < T; from = to) {
        const forgetting = (t: number) => keep.subarray(t * B, (t + 1) * B).includes(0);
        for (let row = 0; row < B; row++)
          if (keep[from * B + row] === 0)
            for (const [i, { columns }] of states.entries()) carried[i]!.fill(0, row * columns, (row + 1) * columns);
        to = from + 1;
        while (to < T && to - from < mostSteps && !forgetting(to)) to++;
        for (let row = 0; row < B; row += together) await runPart(row, from, to);
      }
      for (const [i, part] of carried.entries()) after[i]!.set(part);
    },
  };
}

function checked(outputs: Readonly<Record<string, ModelValue>>, name: string, length: number): Float32Array {
  const data = outputs[name]?.data;
  if (data instanceof Float32Array && data.length === length) return data;
  throw new UserError('model', `the exported file computes no ${name} of the size that its config describes: export it again`);
}
