/** The colours of a text's values, from pale yellow to dark red (ColorBrewer's YlOrRd), each with a colour of text that is readable on it. */
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

/** The level of a value of a text; the last one also has all larger values. */
export const heatLevelOf = (value: number, { lowest, step }: { readonly lowest: number; readonly step: number }): number =>
  Math.min(HEAT_SCALE.length - 1, Math.max(0, Math.floor((value - lowest) / step)));
