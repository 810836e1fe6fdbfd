/**
 * Checks of the arguments of public functions, because callers in JavaScript have no types. Each check throws a UserError `usage` that
 * names the argument, its value and what is allowed.
 */
import { UserError } from './errors.js';

/** A range of numbers: at least `from`, above `above`, at most `to`. */
export interface NumberRange {
  readonly from?: number;
  readonly above?: number;
  readonly to?: number;
  readonly whole?: boolean;
}

/** Numbers that random seeds and streams may be. */
export const seedRange: NumberRange = { from: 0, whole: true };
/** Counts of tokens, beams, rows and the like. */
export const countRange: NumberRange = { from: 1, whole: true };

/** The limit prevents mistakes: each is a thread of the operating system, and more are never faster. */
export const threadRange: NumberRange = { from: 1, to: 1024, whole: true };

export function isWithin(value: number, range: NumberRange): boolean {
  const {
    from = Number.NEGATIVE_INFINITY,
    above = Number.NEGATIVE_INFINITY,
    to = Number.POSITIVE_INFINITY,
    whole = false,
  } = range;
  return value >= from && value > above && value <= to && (whole ? Number.isSafeInteger(value) : Number.isFinite(value));
}

/**
 * A range in words: `a whole number at least 1 and at most 64`.
 * @param value a value outside the range. If the range has no upper bound and the value is too large for a number (or for a safe whole
 *   number), that limit is named.
 */
export function describeRange({ from, above, to, whole = false }: NumberRange, value: number): string {
  const largest = whole ? Number.MAX_SAFE_INTEGER : Number.MAX_VALUE;
  const most = to ?? (value > largest ? largest : undefined);
  const bounds = [
    ...(from === undefined ? [] : [`at least ${from}`]),
    ...(above === undefined ? [] : [`above ${above}`]),
    ...(most === undefined ? [] : [`at most ${most}`]),
  ];
  const kind = whole ? 'a whole number' : 'a number';
  return bounds.length === 0 ? kind : `${kind} ${bounds.join(' and ')}`;
}

/** @throws UserError `usage` for a value that is not a number within the range */
export function checkNumber(name: string, value: unknown, range: NumberRange): void {
  if (typeof value === 'number' && isWithin(value, range)) return;
  throw unexpected(name, value, describeRange(range, Number(value)));
}

/** As {@link checkNumber}; undefined is allowed as well. */
export function checkOptionalNumber(name: string, value: unknown, range: NumberRange): void {
  if (value !== undefined) checkNumber(name, value, range);
}

/** @throws UserError `usage` for a value that is not one of the allowed texts */
export function checkOneOf(name: string, value: unknown, allowed: readonly string[]): void {
  if (typeof value !== 'string' || !allowed.includes(value)) throw unexpected(name, value, `one of ${allowed.join(', ')}`);
}

type Kind = 'string' | 'boolean' | 'function' | 'object';

/** @param kind as in `typeof`, except that null is not an object */
export function checkKind(name: string, value: unknown, kind: Kind): void {
  const article = kind === 'object' ? 'an' : 'a';
  if (typeof value !== kind || value === null) throw unexpected(name, value, `${article} ${kind}`);
}

export function checkOptionalKind(name: string, value: unknown, kind: Kind): void {
  if (value !== undefined) checkKind(name, value, kind);
}

/**
 * Checks the signal of work that begins.
 * @throws UserError `usage` for what is not an AbortSignal; the signal's reason when it is already aborted
 */
export function checkSignal(signal: AbortSignal | undefined): void {
  if (signal === undefined) return;
  // Not by its class: a test runner or a frame has one of its own.
  if (typeof signal?.throwIfAborted !== 'function') throw unexpected('signal', signal, 'an AbortSignal');
  signal.throwIfAborted();
}

/**
 * Checks that ids are an Int32Array of ids of a vocabulary.
 * @throws UserError `usage` for another type; `data` naming the first id that is not in the vocabulary
 */
export function checkTokens(name: string, ids: unknown, vocabularySize: number): void {
  if (!(ids instanceof Int32Array)) throw unexpected(name, ids, 'an Int32Array of token ids');
  // A negative id is a large unsigned one.
  const place = ids.findIndex((id) => id >>> 0 >= vocabularySize);
  if (place < 0) return;
  throw new UserError(
    'data',
    `${name}: id ${ids[place]} at ${place} is not in the vocabulary, whose ids are 0 to ${vocabularySize - 1}`,
  );
}

function unexpected(name: string, value: unknown, allowed: string): UserError {
  return new UserError('usage', `${name} is ${shown(value)}: ${allowed} is expected`);
}

function shown(value: unknown): string {
  if (value === undefined) return 'not given';
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object';
  return typeof value === 'function' ? 'a function' : String(value);
}
