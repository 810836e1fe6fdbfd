import { UserError } from '../errors.js';
import { terminalSafe } from '../sample/terminal-safe.js';

/** What a flag may be: numbers of a range, its ends included unless `above` says otherwise. */
export interface NumberRange {
  /** As a person types it: `--top-k`. */
  readonly flag: string;
  readonly from?: number;
  readonly above?: number;
  readonly to?: number;
  readonly whole?: boolean;
}

/**
 * The number that was typed for a flag. Flags are declared as texts to yargs, which would turn what is no number into NaN, and the
 * message could not repeat it.
 *
 * @throws UserError usage naming the flag, the text and what is allowed
 */
export function numberFlag(text: string, range: NumberRange): number {
  const {
    flag,
    from = Number.NEGATIVE_INFINITY,
    above = Number.NEGATIVE_INFINITY,
    to = Number.POSITIVE_INFINITY,
    whole = false,
  } = range;
  const plain = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text);
  const value = Number(text);
  if (plain && value >= from && value > above && value <= to && (whole ? Number.isSafeInteger(value) : Number.isFinite(value)))
    return value;
  throw new UserError('usage', `${flag} ${shown(text)}: ${allowed(range)} is expected`);
}

/** An optional flag: undefined when it was not given. */
export function optionalNumberFlag(text: string | undefined, range: NumberRange): number | undefined {
  return text === undefined ? undefined : numberFlag(text, range);
}

function allowed({ from, above, to, whole = false }: NumberRange): string {
  const bounds = [
    ...(from === undefined ? [] : [`at least ${from}`]),
    ...(above === undefined ? [] : [`above ${above}`]),
    ...(to === undefined ? [] : [`at most ${to}`]),
  ];
  const kind = whole ? 'a whole number' : 'a number';
  return bounds.length === 0 ? kind : `${kind} ${bounds.join(' and ')}`;
}

function shown(text: string): string {
  const short = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  return text === '' ? '(empty)' : terminalSafe(short).replace(/[\n\t]/g, ' ');
}
