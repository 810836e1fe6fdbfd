/** The colours of surprisal, from pale yellow to dark red (ColorBrewer's YlOrRd), each with a colour of text that is readable on it. */
export const HEAT_SCALE: readonly { readonly background: string; readonly text: string }[] = [
  { background: '#ffffcc', text: '#000' },
  { background: '#ffeda0', text: '#000' },
  { background: '#fed976', text: '#000' },
  { background: '#feb24c', text: '#000' },
  { background: '#fd8d3c', text: '#000' },
  { background: '#fc4e2a', text: '#000' },
  { background: '#e31a1c', text: '#fff' },
  { background: '#b10026', text: '#fff' },
];

/** The level of a surprisal; the last one also has all larger values. */
export const heatLevelOf = (bits: number, bitsOfLevel: number): number =>
  Math.min(HEAT_SCALE.length - 1, Math.floor(bits / bitsOfLevel));
