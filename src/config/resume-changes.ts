import type { z } from 'zod';
import { configSchema } from './schema/config.js';
import { type Change, declaredChange } from './schema/values.js';

/**
 * Whether a key may change when a run is resumed, from the schema's declarations (`mayChange`). The innermost declaration on the path
 * applies.
 *
 * @param path `training.optimizer.learningRate`
 * @returns undefined for a key that must not change
 */
export function changeOnResume(path: string): Change | undefined {
  return innermost(configSchema, path.split('.'), undefined);
}

/** @param outer what enclosing keys declare */
function innermost(schema: z.ZodType, keys: readonly string[], outer: Change | undefined): Change | undefined {
  const own = declaredChange(schema) ?? outer;
  const { def } = schema as unknown as { def: SchemaParts };
  if (def.innerType) return innermost(def.innerType, keys, own);
  // A key of several variants is declared by the variant that has it.
  for (const variant of def.options ?? []) {
    const found = innermost(variant, keys, own);
    if (found !== own) return found;
  }
  const [key, ...rest] = keys;
  const inner = key === undefined ? undefined : def.shape?.[key];
  return inner ? innermost(inner, rest, own) : own;
}

/** The inner schemas in zod's definitions: of defaults and optional keys, of unions, of maps. */
interface SchemaParts {
  readonly innerType?: z.ZodType;
  readonly options?: readonly z.ZodType[];
  readonly shape?: Readonly<Record<string, z.ZodType>>;
}
