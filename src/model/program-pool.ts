import type { Engine } from '../engine/engine.js';

/** What was made of a model on an engine and is not in use. */
type Pool<T> = T[];

/** An engine's memory is given back when it closes, not before. What takes it is therefore kept, to be used again. */
const pools = new WeakMap<Engine, WeakMap<object, Map<string, Pool<unknown>>>>();

/**
 * The idle programs of a model on an engine that are of one kind. Who needs one takes it out, makes one where there is none, and puts it
 * back: so there are never more than were in use at once.
 *
 * @param kind says what they are, with the sizes that they are made for
 */
export function programPool<T>(engine: Engine, model: object, kind: string): Pool<T> {
  const byModel = pools.get(engine) ?? new WeakMap<object, Map<string, Pool<unknown>>>();
  pools.set(engine, byModel);
  const byKind = byModel.get(model) ?? new Map<string, Pool<unknown>>();
  byModel.set(model, byKind);
  const pool = byKind.get(kind) ?? [];
  byKind.set(kind, pool);
  return pool as Pool<T>;
}

/** Lends something of a pool for as long as the work with it takes. */
export async function withPooled<T, R>(pool: Pool<T>, make: () => T, use: (item: T) => Promise<R>): Promise<R> {
  const item = pool.pop() ?? make();
  try {
    return await use(item);
  } finally {
    pool.push(item);
  }
}
