import { configJsonSchema, type JsonSchema } from '../../config/json-schema.js';

/** The values of a key of the config, if they can be listed; empty for other keys. */
export type KeyValues = ReadonlyMap<string, readonly string[]>;

/** All keys of a config that `--set` accepts, as `a.b.c`: those with a single value, with their possible values. */
export function keyValues(): KeyValues {
  const found = new Map<string, Set<string>>();
  collect(configJsonSchema(), '', found);
  found.delete('extends');
  return new Map([...found].map(([key, values]) => [key, [...values]]));
}

function collect(schema: JsonSchema, path: string, found: Map<string, Set<string>>): void {
  const variants = [...(schema.oneOf ?? []), ...(schema.anyOf ?? [])];
  for (const variant of variants) collect(variant, path, found);
  for (const [key, inner] of Object.entries(schema.properties ?? {}))
    collect(inner, path === '' ? key : `${path}.${key}`, found);
  if (path === '' || variants.length > 0 || schema.properties) return;
  const values = found.get(path) ?? new Set();
  for (const value of valuesOf(schema)) values.add(value);
  found.set(path, values);
}

function valuesOf({ const: only, enum: several, type }: JsonSchema): string[] {
  if (type === 'boolean') return ['true', 'false'];
  if (Array.isArray(several)) return several.map(String);
  return typeof only === 'string' ? [only] : [];
}
