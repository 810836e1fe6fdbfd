import { UserError } from '../../foundation/errors.js';
import type { Normalization, TextNormalization } from './reading-options.js';

/** Normalizes a text that comes in pieces; the concatenated results equal the normalized whole text. */
export interface Normalizer {
  push(piece: string): string;
  end(): string;
}

/** The longest text without a position to cut, in UTF-16 units; real texts have none so long. */
const LONGEST_UNCUT = 1 << 20;

/** A whole text normalized. */
export function normalizeText(text: string, { unicode, newlines }: TextNormalization): string {
  const lines = newlines === 'lf' ? text.replace(/\r\n?/g, '\n') : text;
  return unicode === 'none' ? lines : lines.normalize(unicode);
}

/** @param file the name of the text in errors */
export function createNormalizer(normalization: Normalization, file: string): Normalizer {
  const { unicode, newlines } = normalization;
  if (unicode === 'none' && newlines === 'keep') return { push: (piece) => piece, end: () => '' };
  let held = '';
  return {
    push(piece) {
      const text = held + piece;
      const cut = unicode === 'none' ? beforeLastReturn(text) : lastBoundary(text);
      held = text.slice(cut);
      if (held.length > LONGEST_UNCUT) {
        throw new UserError('data', `${file}: ${LONGEST_UNCUT} combining characters in a row, which cannot be normalized`);
      }
      return normalizeText(text.slice(0, cut), normalization);
    },
    end() {
      const rest = normalizeText(held, normalization);
      held = '';
      return rest;
    },
  };
}

/** A '\r' at the end may be the first half of a line end. */
const beforeLastReturn = (text: string) => (text.endsWith('\r') ? text.length - 1 : text.length);

/** The last index at which a text can be cut so that both parts can be normalized separately; 0 when there is none. */
export function lastBoundary(text: string): number {
  for (let i = text.length - 1; i > 0; i--) {
    const unit = text.charCodeAt(i);
    const isTrailing = unit >= 0xdc00 && unit <= 0xdfff;
    if (!isTrailing && startsAnew(text.codePointAt(i)!) && !(unit === 0x0a && text.charCodeAt(i - 1) === 0x0d)) return i;
  }
  return 0;
}

const MARK = /^\p{M}/u;

/** Cache by code point: 0 unknown, 1 is a boundary, 2 is not. */
const starts = new Uint8Array(0x110000);

/**
 * Whether normalization cannot combine a character with anything before it (a normalization boundary, UAX #15): its full decomposition
 * begins with a character that does not combine with characters to its left. Those that do are marks, the vowels and final consonants of
 * Hangul, and from Unicode 16 on a few vowels of Kirat Rai.
 */
function startsAnew(codePoint: number): boolean {
  if (codePoint < 0x80) return true;
  if (starts[codePoint] === 0) {
    const first = String.fromCodePoint(codePoint).normalize('NFKD').codePointAt(0)!;
    const combines =
      MARK.test(String.fromCodePoint(first)) || (first >= 0x1160 && first <= 0x11ff) || (first >= 0x16d63 && first <= 0x16d6a);
    starts[codePoint] = combines ? 2 : 1;
  }
  return starts[codePoint] === 1;
}
