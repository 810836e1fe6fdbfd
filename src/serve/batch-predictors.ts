import type { Engine } from '../engine/engine.js';
import type { Network } from '../model/window-programs.js';
import { createPredictor, type Predictor } from '../sample/predictor.js';

/** A model on an engine that can compute it. */
interface OpenedNetwork {
  readonly model: Network;
  readonly engine: Engine;
}

export interface SchedulerOptions {
  readonly model: Network;
  /** Of one shard. */
  readonly engine: Engine;
  /** The same model on an engine of several shards, which computes batches with many rows. */
  readonly wide?: OpenedNetwork | undefined;
  /** The most rows of a batch. There are never more than words in the vocabulary (see `createBatchGenerator`). */
  readonly rows: number;
}

/** Predictors for batches of several sizes. */
interface BatchPredictors {
  /** The rows of the largest batch. */
  readonly rows: number;
  /** The predictor with the fewest rows that are enough. */
  predictorFor(texts: number): Predictor;
}

/** Fewer rows take less time: the smallest of these batches that has enough rows is used. */
const BATCHES = [1, 8, 32, 128, 512];

/** Fewer rows for each shard are not worth the threads. */
const LEAST_PER_SHARD = 4;

/** Predictors are created at their first use, and kept, because an engine does not free memory. */
export function createBatchPredictors({ model, engine, wide, rows: wanted }: SchedulerOptions): BatchPredictors {
  const most = Math.min(wanted, model.options.vocabularySize);
  const shards = wide?.engine.shards ?? 1;
  /** The sizes of batches, in order, each with what computes it. */
  const batches = new Map(
    [...BATCHES.filter((size) => size < most), most].map((size): [number, OpenedNetwork] => {
      const isWide = wide !== undefined && size >= LEAST_PER_SHARD * shards;
      return isWide ? [size - (size % shards), wide] : [size, { model, engine }];
    }),
  );
  const sizes = [...batches.keys()];
  const predictors = new Map<number, Predictor>();
  return {
    rows: sizes.at(-1)!,
    predictorFor(texts) {
      const size = sizes.find((rows) => rows >= texts)!;
      const known = predictors.get(size);
      if (known) return known;
      const by = batches.get(size)!;
      const created = createPredictor(by.model, by.engine, size);
      predictors.set(size, created);
      return created;
    },
  };
}
