import { terminalSafe } from '../../foundation/terminal-safe.js';
import type { WrittenToken } from '../../sample/text-writer.js';
import type { Tokenizer } from '../../text/tokenizers/tokenizer.js';
import type { Palette } from '../../ui/colours.js';
import { joined, styled, type TerminalText } from '../../ui/terminal-text.js';
import type { TextView } from './sample-report.js';

/** The probability from which a token is shown as likely. */
const LIKELY = 0.5;
const UNLIKELY = 0.1;

interface Look {
  readonly palette: Palette;
  /** Whether the palette has colours. */
  readonly colour: boolean;
  /** With alternatives, each token gets its own line. */
  readonly alternatives: number;
}

/**
 * A text with the probability of each token: as its colour, or without colours in brackets after it; with alternatives, a line for each
 * token. A token is shown together with its text; text that a stop string has cut off is not shown.
 */
export function createProbabilityView(tokenizer: Tokenizer, { palette, colour, alternatives }: Look): TextView {
  /** Tokens whose text is not completely in the output yet. */
  const waiting: WrittenToken[] = [];
  /** Characters of the output that belong to the waiting tokens. */
  let length = 0;
  let any = false;

  function paint(text: string, probability: number): string | TerminalText {
    if (!colour) return `${text}[${probability.toFixed(2)}]`;
    if (probability >= LIKELY) return palette.good(text);
    return probability < UNLIKELY ? palette.bad(text) : text;
  }

  function render(token: WrittenToken): string | TerminalText {
    any = true;
    const { text, probability } = token;
    if (alternatives === 0) return paint(text, probability);
    const others = token.alternatives.map((other) => `${other.probability.toFixed(4)} ${tokenText(tokenizer, other.id)}`);
    const own = tokenText(tokenizer, token.id);
    const gap = ' '.repeat(Math.max(1, 14 - own.length));
    return styled`${probability.toFixed(4)} ${colour ? paint(own, probability) : own}${gap}${others.join('  ')}\n`;
  }

  function release(whole: boolean): TerminalText {
    const rendered: (string | TerminalText)[] = [];
    for (
      let next = waiting[0];
      next !== undefined && (next.text.length <= length || (whole && length > 0));
      next = waiting[0]
    ) {
      waiting.shift();
      rendered.push(render({ ...next, text: next.text.slice(0, length) }));
      length = Math.max(0, length - next.text.length);
    }
    return joined(rendered);
  }

  return {
    token: (token) => void waiting.push(token),
    prompt: (text) => joined([text, alternatives > 0 && text !== '' ? '\n' : '']),
    text(piece) {
      length += piece.length;
      return release(false);
    },
    end() {
      // A rest that belongs to no token is a character that was incomplete at the end.
      const rest = joined([release(true), alternatives === 0 ? '\ufffd'.repeat(length) : '']);
      const legend = styled`${palette.good(`at least ${LIKELY}`)}, between, ${palette.bad(`below ${UNLIKELY}`)}`;
      return any && colour ? styled`${rest}\n${palette.faint('probability: ')}${legend}\n` : rest;
    },
  };
}

/** An unambiguous form of a token: its text in quotes, or its name if it is a part of a character. */
export function tokenText(tokenizer: Tokenizer, id: number): string {
  const text = tokenizer.decode([id]);
  return terminalSafe(JSON.stringify(text.includes('\ufffd') ? tokenizer.vocabulary.tokenOf(id) : text));
}
