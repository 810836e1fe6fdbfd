import { codesOf, TerminalText } from './terminal-text.js';

/** Paints text for a terminal, or leaves it as it is. */
export interface Palette {
  good(text: string | TerminalText): TerminalText;
  bad(text: string | TerminalText): TerminalText;
  faint(text: string | TerminalText): TerminalText;
}

/** What decides whether and how a stream may be written to as a terminal. */
export interface TerminalTraits {
  /** The stream is a terminal. */
  readonly isTTY: boolean;
  /** The environment: FORCE_COLOR, NO_COLOR (no-color.org) and TERM are looked at. `--no-color` sets NO_COLOR and removes FORCE_COLOR. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Whether lines can be redrawn: off a terminal, and on a dumb one, escape codes would stand in the text. */
export function canRedraw({ isTTY, environment }: TerminalTraits): boolean {
  return isTTY && environment.TERM !== 'dumb';
}

/**
 * Whether colour is wanted. FORCE_COLOR decides alone where it is set, as in Node.js: 0 and `false` are no colour, everything else is
 * colour, off a terminal too. Then NO_COLOR, where it is not empty.
 */
export function canColour(traits: TerminalTraits): boolean {
  const { FORCE_COLOR, NO_COLOR } = traits.environment;
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return canRedraw(traits) && !NO_COLOR;
}

/** Only the eight basic colours and faintness: they follow the terminal's theme, dark or light. */
export function createPalette(enabled: boolean): Palette {
  const paint = (on: number, off: number) => (text: string | TerminalText) => {
    return new TerminalText(enabled ? `\x1b[${on}m${codesOf(text)}\x1b[${off}m` : codesOf(text));
  };
  return { good: paint(32, 39), bad: paint(31, 39), faint: paint(2, 22) };
}
