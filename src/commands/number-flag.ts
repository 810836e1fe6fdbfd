import { describeRange, isWithin, type NumberRange } from '../arguments.js';
import { UserError } from '../errors.js';

/** What a flag may be. */
export interface FlagRange extends NumberRange {
  /** As a person types it: `--top-k`. */
  readonly flag: string;
}

/**
 * The number that was typed for a flag. Flags are declared as texts to yargs, which would turn what is no number into NaN, and the
 * message could not repeat it.
 *
 * @throws UserError usage naming the flag, the text and what is allowed
 */
export function numberFlag(text: string, range: FlagRange): number {
  const plain = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text);
  const value = Number(text);
  if (plain && isWithin(value, range)) return value;
  throw new UserError('usage', `${range.flag} ${shown(text)}: ${describeRange(range, value)} is expected`);
}

/** An optional flag: undefined when it was not given. */
export function optionalNumberFlag(text: string | undefined, range: FlagRange): number | undefined {
  return text === undefined ? undefined : numberFlag(text, range);
}

function shown(text: string): string {
  const short = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  return text === '' ? '(empty)' : short.replace(/[\n\t]/g, ' ');
}
