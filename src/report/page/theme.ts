/** Colours of the charts, from the style sheet, so that they follow the light or dark colours of the page. */
export interface Theme {
  readonly text: string;
  readonly grid: string;
  readonly level: string;
  /** By the index of a run; they repeat after the last. */
  series(index: number): string;
}

/** The number of variables `--series-0` and so on in the style sheet. */
export const PALETTE = 8;

export function currentTheme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const variable = (name: string) => style.getPropertyValue(name).trim();
  return {
    text: variable('--muted'),
    grid: variable('--grid'),
    level: variable('--level'),
    series: (index) => variable(`--series-${index % PALETTE}`),
  };
}

/** Calls a function whenever the colours of the page change: another scheme of the system, or printing, which is always light and unfolded. */
export function onThemeChange(redraw: () => void): void {
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
  /** Those that are open only for print. */
  const unfolded: Element[] = [];
  const printing = (isPrinting: boolean) => () => {
    document.documentElement.classList.toggle('printing', isPrinting);
    if (isPrinting) for (const folded of document.querySelectorAll('details.folded:not([open])')) unfolded.push(folded);
    for (const folded of unfolded) folded.toggleAttribute('open', isPrinting);
    if (!isPrinting) unfolded.length = 0;
    redraw();
  };
  addEventListener('beforeprint', printing(true));
  addEventListener('afterprint', printing(false));
}
