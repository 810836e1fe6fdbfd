import { z } from 'zod';
import { durationPattern, parseDuration } from '../../foundation/duration.js';
import { allowedValues, type IncreasingOption, isAllowed, pathOption } from '../../foundation/options.js';

/*
 * The kinds of value in a config. The text of a schema's error says only what is *allowed*; `messages.ts` adds the position, what was found
 * and what may have been meant. Choices and keys are listed with a comma and a space between them, and `messages.ts` splits the list at
 * these.
 */

// Before the first schema: otherwise zod tries whether code can be generated, which the content security policy of a web page reports. A
// config is checked once, so generated code would save nothing.
z.config({ jitless: true });

/**
 * How a key may change when a run is resumed.
 *  - `from-here`: it affects the model from the resumed step on, and a notice says so.
 *  - `no-matter`: it does not affect the model.
 *  - `last-bits`: checkpoints are compatible, but later results differ in their last bits, and a notice says so.
 */
export type Change = 'from-here' | 'no-matter' | 'last-bits';

const changes = z.registry<{ change: Change }>();

/**
 * Declares that a key may change when a run is resumed, with all keys below it that declare nothing else. All other keys must not change.
 */
export function mayChange<T extends z.ZodType>(schema: T, change: Change = 'from-here'): T {
  changes.add(schema as z.ZodType, { change });
  return schema;
}

/** The declaration of `mayChange` for exactly this schema. */
export function declaredChange(schema: z.ZodType): Change | undefined {
  return changes.get(schema)?.change;
}

const regularizers = z.registry<{ regularizes: true }>();

/** Declares that a larger value of a key regularizes the model more. */
export function regularizer<T extends z.ZodType>(schema: T): T {
  regularizers.add(schema as z.ZodType, { regularizes: true });
  return schema;
}

/** The declaration of `regularizer` for exactly this schema. */
export function isRegularizer(schema: z.ZodType): boolean {
  return regularizers.has(schema);
}

/** A whole number from `minimum` to `maximum`, both included. */
export function wholeNumber(minimum: number, maximum: number) {
  const error = `a whole number from ${minimum} to ${maximum}`;
  return z.int({ error }).min(minimum, { error }).max(maximum, { error });
}

/** Bounds of a number: `from` and `to` are allowed, `above` and `below` are not. */
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

/** A boolean. In YAML 1.2 only these two words are booleans; `yes`, `on` and the like are text. */
export function switchValue() {
  return z.boolean({ error: 'true, false' });
}

/** One word of a list. */
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

/** The `type` of a variant that must be stated. */
export function variantType<const T extends string>(name: T, meaning: string) {
  return z.literal(name).describe(meaning);
}

/** The `type` of the variant that is the default. */
export function defaultVariantType<const T extends string>(name: T, meaning: string) {
  return z
    .literal(name)
    .describe(meaning)
    .optional()
    .default(name as never);
}

type Variant = z.ZodObject<{ type: ReturnType<typeof variantType> | ReturnType<typeof defaultVariantType> }>;

/** How the message begins where such a map was expected and something else found; the types follow. */
export const mapWithType = 'a map with type: one of ';

/** A map whose key `type` determines its other keys. At most one of the variants has a default type. */
export function variants<const T extends readonly [Variant, ...Variant[]]>(...options: T) {
  const types = options.flatMap((option) => [...(option.shape.type._zod.values ?? [])].filter((name) => name !== undefined));
  return z.discriminatedUnion('type', options, {
    error: (issue) => (issue.code === 'invalid_union' ? types.join(', ') : `${mapWithType}${types.join(', ')}`),
  });
}

/** The SHA-256 of a file that a run has read, in hexadecimal digits. */
export function digestText() {
  const error = 'a SHA-256: 64 digits from 0 to f, in lower case';
  return z.string({ error }).regex(/^[0-9a-f]{64}$/, { error });
}
