import { z } from 'zod';
import { durationPattern, parseDuration } from '../../foundation/duration.js';
import { allowedValues, type IncreasingOption, isAllowed, pathOption } from '../../foundation/options.js';

/*
 * The kinds of value that a config is made of. One convention holds in all of them: the text of a schema's error says what is
 * *allowed* there, and nothing else; where it came from, what was found and what may have been meant is added by `messages.ts`.
 * Choices and keys are listed with a comma and a space between them, which is also how `messages.ts` takes the list apart.
 */

/**
 * What a resumed run may have another value of than the run began with.
 * `from-here`: it decides what comes next, so it changes the model from here on, and a line says so.
 * `no-matter`: the model is the same whatever the value is.
 * `last-bits`: the checkpoint is the same file, but what is computed from it differs in its last bits, and a line says so.
 */
export type Change = 'from-here' | 'no-matter' | 'last-bits';

const changes = z.registry<{ change: Change }>();

/** Declares that a key, with all keys below it that declare nothing else, may change when a run is resumed. All other keys may not. */
export function mayChange<T extends z.ZodType>(schema: T, change: Change = 'from-here'): T {
  changes.add(schema as z.ZodType, { change });
  return schema;
}

/** What `mayChange` has declared for this very schema. */
export function declaredChange(schema: z.ZodType): Change | undefined {
  return changes.get(schema)?.change;
}

/** A whole number from `minimum` to `maximum`, both included. */
export function wholeNumber(minimum: number, maximum: number) {
  const error = `a whole number from ${minimum} to ${maximum}`;
  return z.int({ error }).min(minimum, { error }).max(maximum, { error });
}

/** Where a number may lie: `from` and `to` are included, `above` and `below` are not. */
interface Range {
  from?: number;
  above?: number;
  to?: number;
  below?: number;
}

/** A finite number within a range. */
export function numberWithin(range: Range) {
  const bounds = [
    range.from === undefined ? [] : [`at least ${range.from}`],
    range.above === undefined ? [] : [`above ${range.above}`],
    range.to === undefined ? [] : [`at most ${range.to}`],
    range.below === undefined ? [] : [`below ${range.below}`],
  ].flat();
  const error = `a number ${bounds.join(' and ')}`;
  let schema = z.number({ error });
  if (range.from !== undefined) schema = schema.min(range.from, { error });
  if (range.above !== undefined) schema = schema.gt(range.above, { error });
  if (range.to !== undefined) schema = schema.max(range.to, { error });
  if (range.below !== undefined) schema = schema.lt(range.below, { error });
  return schema;
}

/** A list of at most `most` whole numbers, each larger than the one before. */
export function increasingNumbers(option: IncreasingOption) {
  const error = allowedValues(option);
  return z
    .array(z.int({ error }).min(option.from, { error }).max(option.to, { error }), { error })
    .min(1, { error })
    .max(option.most, { error })
    .refine((list) => isAllowed(option, list), { error });
}

/** A length of time, such as 30m. */
export function duration() {
  const error = 'a time such as 90s, 30m or 2h';
  return z
    .string({ error })
    .regex(durationPattern, { error })
    .refine((text) => parseDuration(text) !== undefined, { error });
}

/** A switch. YAML 1.2 knows only these two words; `yes`, `on` and the like are text. */
export function switchValue() {
  return z.boolean({ error: 'true, false' });
}

/** One word out of a few. */
export function choice<const T extends readonly [string, ...string[]]>(...words: T) {
  return z.enum(words, { error: words.join(', ') });
}

/** The path of a file or folder. */
export function pathText() {
  const error = allowedValues(pathOption('', ''));
  return z
    .string({ error })
    .min(1, { error })
    .max(4096, { error })
    .regex(/^[^\0]*$/, { error });
}

/** A map with exactly these keys; others are refused. */
export function section<T extends z.ZodRawShape>(shape: T) {
  const keys = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? keys : `a map with keys out of ${keys}`),
  });
}

/** The `type` of a variant that must be named. */
export function variantType<const T extends string>(name: T, meaning: string) {
  return z.literal(name).describe(meaning);
}

/** The `type` of the variant that is meant when none is named. */
export function defaultVariantType<const T extends string>(name: T, meaning: string) {
  return z
    .literal(name)
    .describe(meaning)
    .optional()
    .default(name as never);
}

type Variant = z.ZodObject<{ type: ReturnType<typeof variantType> | ReturnType<typeof defaultVariantType> }>;

/** A map whose key `type` chooses which other keys it has. At most one of the variants has a default type. */
export function variants<const T extends readonly [Variant, ...Variant[]]>(...options: T) {
  const types = options.flatMap((option) => [...(option.shape.type._zod.values ?? [])].filter((name) => name !== undefined));
  return z.discriminatedUnion('type', options, {
    error: (issue) => (issue.code === 'invalid_union' ? types.join(', ') : `a map with type: one of ${types.join(', ')}`),
  });
}

/** The SHA-256 of a file that a run has read, in hexadecimal digits. */
export function digestText() {
  const error = 'a SHA-256: 64 digits from 0 to f, in lower case';
  return z.string({ error }).regex(/^[0-9a-f]{64}$/, { error });
}
