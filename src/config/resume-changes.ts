import type { z } from 'zod';
import { configSchema } from './schema/config.js';
import { type Change, declaredChange } from './schema/values.js';

/**
 * What a resumed run may change, as the keys of the schema declare it (`mayChange`): the innermost declaration on the way to the key
 * holds.
 *
 * @param path `training.optimizer.learningRate`
 * @returns undefined for a key that must be what the run began with
 */
export function changeOnResume(path: string): Change | undefined {
  return innermost(configSchema, path.split('.'), undefined);
}

/** @param outer what keys further out declare */
function innermost(schema: z.ZodType, keys: readonly string[], outer: Change | undefined): Change | undefined {
  const own = declaredChange(schema) ?? outer;
  const { def } = schema as unknown as { def: SchemaParts };
  if (def.innerType) return innermost(def.innerType, keys, own);
  // A key of several variants is declared by the one that has it.
  for (const variant of def.options ?? []) {
    const found = innermost(variant, keys, own);
    if (found !== own) return found;
  }
  const [key, ...rest] = keys;
  const inner = key === undefined ? undefined : def.shape?.[key];
  return inner ? innermost(inner, rest, own) : own;
}

/** What zod's definitions of schemas have within them: of defaults and optional keys, of unions, of maps. */
interface SchemaParts {
  readonly innerType?: z.ZodType;
  readonly options?: readonly z.ZodType[];
  readonly shape?: Readonly<Record<string, z.ZodType>>;
}
