import { configJsonSchema, type JsonSchema } from './json-schema.js';
import { nearest } from './nearest.js';

/** The full paths, as `a.b.c`, of the keys whose last part resembles the given key: suggestions for a key in the wrong section. */
export function keyPathsEndingIn(key: string): string[] {
  const paths = [...new Set(keyPaths(configJsonSchema()))];
  const name = key.split('.').at(-1) ?? key;
  const meant = nearest(name, paths.map(lastPart));
  return meant === undefined ? [] : paths.filter((path) => lastPart(path) === meant);
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}

function keyPaths(schema: JsonSchema, prefix = ''): string[] {
  const own = Object.entries(schema.properties ?? {}).flatMap(([key, inner]) => [
    prefix + key,
    ...keyPaths(inner, `${prefix}${key}.`),
  ]);
  const variants = [...(schema.oneOf ?? []), ...(schema.anyOf ?? [])];
  return [...own, ...variants.flatMap((variant) => keyPaths(variant, prefix))];
}
