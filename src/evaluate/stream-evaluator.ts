import type { Engine } from '../engine/engine.js';
import { createCarriedState } from '../model/carried-state.js';
import { scoringGraph } from '../model/graphs.js';
import { type ParameterTable, parameterBindings } from '../model/parameter-table.js';
import type { ModelOptions } from '../model/specification.js';
import { fromAll, shareOf, type Team } from '../parallel/team.js';
import { createBatches, type TokenSource } from '../text/batches.js';
import { createDocumentBatches } from '../text/document-batches.js';
import { microbatches } from '../text/microbatches.js';

export interface StreamEvaluatorOptions {
  readonly engine: Engine;
  readonly model: ModelOptions;
  readonly table: ParameterTable;
  /** The parameters that are being trained, [table.arenaLength], in the engine's memory. */
  readonly parameters: Float32Array;
  readonly tokens: Int32Array | TokenSource;
  readonly batchSize: number;
  /** Equal parts of the batch's rows that are read one after another. Default 1. */
  readonly microbatches?: number;
  /** Processes that share the microbatches. Default: this one reads all. */
  readonly team?: Team | undefined;
  readonly sequenceLength: number;
  /** The number of window lengths for a text of independent documents. Default: the text is a stream. */
  readonly buckets?: number | undefined;
}

/** Evaluates a model repeatedly during its training. */
export interface StreamEvaluator {
  /** The state after the text, of the last microbatch: for each part, one array for each shard. */
  readonly state: Readonly<Record<string, readonly Float32Array[]>>;
  /** Mean nats per token with the current parameters, and the number of predicted tokens: all but the first of the text. */
  run(): Promise<{ loss: number; tokens: number }>;
}

/**
 * Evaluates a text as `batchSize` parallel streams, much faster than as one. Every token but the first is predicted once, and the state is
 * carried within each stream. Each stream begins with an empty state, so the loss is slightly above that of `evaluatePerplexity`. A text
 * that is too short for so many streams is read as one stream for each prediction. Independent documents are read as in training, and their
 * loss is exact.
 *
 * It writes only to its own memory, so it does not affect training.
 *
 * @throws UserError `data` when the text has fewer predictions than the engine has shards
 */
export function createStreamEvaluator(options: StreamEvaluatorOptions): StreamEvaluator {
  const { engine, model, table, parameters, tokens } = options;
  const { microbatches: count = 1, team } = options;
  const share = shareOf(count, team);
  const shards = engine.shards * count;
  const most = Math.floor(Math.max(0, tokens.length - 1) / shards) * shards;
  const streams = Math.max(shards, Math.min(options.batchSize, most));
  const batchSize = streams / count;
  const { sequenceLength: longest, buckets } = options;
  const shared = { tokens, batchSize: streams, sequenceLength: longest, shards, name: 'the validation text' };
  const batches = buckets === undefined ? createBatches(shared) : createDocumentBatches({ ...shared, buckets });
  const { resets } = batches;
  const parts = microbatches(batches, count, engine.shards);
  const state = createCarriedState(engine, model, batchSize);
  const compile = (sequenceLength: number) => {
    const program = engine.compile(scoringGraph(model, { batchSize, sequenceLength, shards: engine.shards, resets }), {
      inputs: { ...parameterBindings(table, parameters), ...state.inputs },
      outputs: state.outputs,
    });
    const losses = program.outputs.loss as readonly Float32Array[];
    return {
      program,
      inputs: program.inputs.tokens as readonly Int32Array[],
      targets: program.inputs.targets as readonly Int32Array[],
      keeps: program.inputs.keep as readonly Float32Array[] | undefined,
      losses,
      weights: losses.map(({ length }) => new Float32Array(length)),
    };
  };
  const { sequenceLength, lengths = [sequenceLength], lengthOf = () => sequenceLength } = batches;
  const programs = new Map(lengths.map((length) => [length, compile(length)]));

  return {
    state: state.inputs as StreamEvaluator['state'],
    async run() {
      for (const { program } of programs.values()) program.parametersChanged();
      const sums: { nats: number }[] = [];
      for (const part of parts.slice(share.start, share.start + share.count)) {
        let nats = 0;
        state.reset();
        for (let window = 0; window < part.windows; window++) {
          if (part.beginsSequences?.(window)) state.reset();
          const { program, inputs, targets, keeps, losses, weights } = programs.get(lengthOf(window))!;
          part.fill(window, inputs, targets, weights, keeps);
          await program.run();
          state.carry();
          nats += countedNats(losses, weights);
        }
        sums.push({ nats });
      }
      const nats = (team ? await fromAll(team, sums) : sums).reduce((sum, part) => sum + part.nats, 0);
      return { loss: nats / batches.predictions, tokens: batches.predictions };
    },
  };
}

/** The sum in float64, in the order of shards and rows, so that it does not depend on the number of threads. */
function countedNats(losses: readonly Float32Array[], weights: readonly Float32Array[]): number {
  let nats = 0;
  losses.forEach((part, shard) => {
    const weight = weights[shard]!;
    for (let i = 0; i < part.length; i++) if (weight[i] !== 0) nats += part[i]!;
  });
  return nats;
}
