import type { Engine } from '../engine/engine.js';

/** Programs of a model on an engine that are not in use. */
type Pool<T> = T[];

/** An engine frees its memory only when it closes. Programs that take memory are therefore kept for reuse. */
const pools = new WeakMap<Engine, WeakMap<object, Map<string, Pool<unknown>>>>();

/**
 * The idle programs of one kind, of one model on one engine. The caller takes a program out, or creates one if the pool is empty, and puts
 * it back afterwards. There are never more programs than were in use at once.
 *
 * @param kind identifies the kind of program and the sizes for which it is made
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

/** Takes an item from a pool, or creates one, and puts it back when `use` ends. */
export async function withPooled<T, R>(pool: Pool<T>, make: () => T, use: (item: T) => Promise<R>): Promise<R> {
  const item = pool.pop() ?? make();
  try {
    return await use(item);
  } finally {
    pool.push(item);
  }
}
