/**
 * Checks of what public functions are given: programs in JavaScript have no types that would keep a text out of the place of a number.
 * Each throws a UserError `usage` that names the argument, what it is, and what is allowed.
 */
import { UserError } from './errors.js';

/** Numbers from `from` to `to`, both included, and above `above`. */
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

/** More would never be of use, and each is a thread of the system. */
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
 * In words: `a whole number at least 1 and at most 64`.
 * @param value that is not within it. Where a range has no end, that of numbers is told if it is beyond that.
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

export function checkNumber(name: string, value: unknown, range: NumberRange): void {
  if (typeof value === 'number' && isWithin(value, range)) return;
  throw unexpected(name, value, describeRange(range, Number(value)));
}

/** As {@link checkNumber}; undefined is allowed as well. */
export function checkOptionalNumber(name: string, value: unknown, range: NumberRange): void {
  if (value !== undefined) checkNumber(name, value, range);
}

export function checkOneOf(name: string, value: unknown, allowed: readonly string[]): void {
  if (typeof value !== 'string' || !allowed.includes(value)) throw unexpected(name, value, `one of ${allowed.join(', ')}`);
}

type Kind = 'string' | 'boolean' | 'function' | 'object';

/** @param kind as `typeof` has it; an object is not null. */
export function checkKind(name: string, value: unknown, kind: Kind): void {
  const article = kind === 'object' ? 'an' : 'a';
  if (typeof value !== kind || value === null) throw unexpected(name, value, `${article} ${kind}`);
}

export function checkOptionalKind(name: string, value: unknown, kind: Kind): void {
  if (value !== undefined) checkKind(name, value, kind);
}

/**
 * Ids of tokens, in an Int32Array.
 * @throws UserError `data` naming the first that is not in a vocabulary of so many.
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
