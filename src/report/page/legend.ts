import { element } from '../../page/browser/elements.js';
import type { ChartData } from '../page-data.js';
import type { Theme } from './theme.js';

/** The names of the series as buttons that show and hide them, with the values at the cursor. */
export interface Legend {
  readonly element: HTMLElement;
  isShown(series: number): boolean;
  set(series: number, isShown: boolean): void;
  show(series: number, value: string): void;
  /** Removes all values. */
  clear(): void;
  redraw(): void;
}

export function legendOf(
  { title, series }: ChartData,
  theme: () => Theme,
  onChange: (series: number, isShown: boolean) => void,
): Legend {
  const entries = series.map(({ name, run, colour = run, kind }, i) => {
    const swatch = element('span', {
      class: `swatch ${kind}${kind === 'level' && i % 2 === 1 ? ' odd' : ''}`,
      'aria-hidden': 'true',
    });
    const value = element('span', { class: 'value' });
    const made = element('button', { type: 'button', 'aria-pressed': 'true' }, swatch, element('bdi', {}, name), ' ', value);
    made.addEventListener('click', () => set(i, made.getAttribute('aria-pressed') !== 'true'));
    return { made, swatch, value, colour };
  });

  function set(i: number, isShown: boolean): void {
    entries[i]!.made.setAttribute('aria-pressed', String(isShown));
    onChange(i, isShown);
  }

  function redraw(): void {
    const colours = theme();
    for (const { swatch, colour } of entries)
      swatch.style.color = colour === undefined ? colours.level : colours.series(colour);
  }

  redraw();
  return {
    element: element(
      'div',
      { class: 'legend', role: 'group', 'aria-label': `${title}: lines` },
      ...entries.map(({ made }) => made),
    ),
    isShown: (i) => entries[i]!.made.getAttribute('aria-pressed') === 'true',
    set,
    show(i, text) {
      entries[i]!.value.textContent = text;
    },
    clear() {
      for (const { value } of entries) value.textContent = '';
    },
    redraw,
  };
}
