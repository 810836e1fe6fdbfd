import { codesOf, TerminalText } from './terminal-text.js';

/** Colours text for a terminal, or returns it unchanged. */
export interface Palette {
  good(text: string | TerminalText): TerminalText;
  bad(text: string | TerminalText): TerminalText;
  faint(text: string | TerminalText): TerminalText;
}

/** Properties of a stream that decide whether escape codes and colours are written. */
export interface TerminalTraits {
  /** Whether the stream is a terminal. */
  readonly isTTY: boolean;
  /** The environment variables FORCE_COLOR, NO_COLOR (no-color.org) and TERM. `--no-color` sets NO_COLOR and removes FORCE_COLOR. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Whether lines can be redrawn: elsewhere than on a terminal, and on a dumb one, escape codes would appear as text. */
export function canRedraw({ isTTY, environment }: TerminalTraits): boolean {
  return isTTY && environment.TERM !== 'dumb';
}

/**
 * Whether to use colour. FORCE_COLOR takes precedence, as in Node.js: 0 and `false` mean no colour, any other value means colour, also when
 * the stream is not a terminal. Otherwise a NO_COLOR that is not empty means no colour.
 */
export function canColour(traits: TerminalTraits): boolean {
  const { FORCE_COLOR, NO_COLOR } = traits.environment;
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return canRedraw(traits) && !NO_COLOR;
}

/** Only the eight basic colours and the faint attribute: they adapt to the terminal's theme, dark or light. */
export function createPalette(enabled: boolean): Palette {
  const paint = (on: number, off: number) => (text: string | TerminalText) => {
    return new TerminalText(enabled ? `\x1b[${on}m${codesOf(text)}\x1b[${off}m` : codesOf(text));
  };
  return { good: paint(32, 39), bad: paint(31, 39), faint: paint(2, 22) };
}
