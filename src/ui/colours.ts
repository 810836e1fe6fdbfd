/** Paints text for a terminal, or leaves it as it is. */
export interface Palette {
  good(text: string): string;
  bad(text: string): string;
  faint(text: string): string;
}

/** What decides whether and how a stream may be written to as a terminal. */
export interface TerminalTraits {
  /** The stream is a terminal. */
  isTTY: boolean;
  /** The environment: NO_COLOR (see no-color.org) and TERM are looked at. */
  environment: Readonly<Record<string, string | undefined>>;
  /** False after --no-color. */
  colour: boolean;
}

/** Whether lines can be redrawn: off a terminal, and on a dumb one, escape codes would stand in the text. */
export function canRedraw({ isTTY, environment }: TerminalTraits): boolean {
  return isTTY && environment.TERM !== 'dumb';
}

/** Whether colour is wanted; an empty NO_COLOR counts as none. */
export function canColour(traits: TerminalTraits): boolean {
  return canRedraw(traits) && traits.colour && !traits.environment.NO_COLOR;
}

/** Only the eight basic colours and faintness: they follow the terminal's theme, dark or light. */
export function createPalette(enabled: boolean): Palette {
  const paint = (on: number, off: number) => (text: string) => (enabled ? `\x1b[${on}m${text}\x1b[${off}m` : text);
  return { good: paint(32, 39), bad: paint(31, 39), faint: paint(2, 22) };
}
