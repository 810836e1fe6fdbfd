import type { z } from 'zod';
import { configSchema } from './schema/config.js';
import { isRegularizer } from './schema/values.js';

/**
 * Whether a larger value of a key regularizes the model more, from the declarations of options and the schema (`regularizes`): rates of
 * dropout and zoneout, weight decay, label smoothing, penalties.
 *
 * @param path `model.dropout`, `model.layers.0.dropout.input`
 */
export function isRegularizing(path: string): boolean {
  return declares(configSchema, path.split('.'));
}

function declares(schema: z.ZodType, keys: readonly string[]): boolean {
  const [key, ...rest] = keys;
  if (key === undefined && isRegularizer(schema)) return true;
  const { def } = schema as unknown as { def: SchemaParts };
  if (def.innerType && declares(def.innerType, keys)) return true;
  if (def.options?.some((variant) => declares(variant, keys))) return true;
  if (key === undefined) return false;
  const inner = def.shape?.[key] ?? (/^\d+$/.test(key) ? def.element : undefined);
  return inner !== undefined && declares(inner, rest);
}

/** The inner schemas in zod's definitions: of defaults and optional keys, of unions, of maps, of lists. */
interface SchemaParts {
  readonly innerType?: z.ZodType;
  readonly options?: readonly z.ZodType[];
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly element?: z.ZodType;
}
