/** The script of a report's page: draws the charts into the places that the page has for them. */

import { element } from '../../page/browser/elements.js';
import type { PageData } from '../page-data.js';
import { type Chart, createChart } from './chart.js';
import { currentTheme, onThemeChange } from './theme.js';

const data = JSON.parse(document.getElementById('page-data')!.textContent) as PageData;
let theme = currentTheme();
const charts: Chart[] = [];

for (const chart of data.charts) {
  const place = document.getElementById(chart.id);
  if (place === null) continue;
  charts.push(
    createChart({
      data: chart,
      place,
      theme: () => theme,
      onZoom: (range) => {
        for (const one of charts) if (one.axis === chart.axis?.name) one.zoom(range);
      },
    }),
  );
}

const redraw = () => {
  theme = currentTheme();
  for (const chart of charts) chart.redraw();
};
onThemeChange(redraw);
// What is folded may have had no width when its charts were drawn.
document.addEventListener(
  'toggle',
  ({ target }) => {
    if (target instanceof HTMLDetailsElement && target.open && target.querySelector('.place') !== null) redraw();
  },
  true,
);
let width = document.documentElement.clientWidth;
new ResizeObserver(() => {
  // Drawing changes the height of the page, not its width.
  if (document.documentElement.clientWidth === width) return;
  width = document.documentElement.clientWidth;
  redraw();
}).observe(document.documentElement);

const choice = document.getElementById('shown-runs');
if (choice !== null && data.runs.length > 1) {
  const boxes = data.runs.map((name, run) => {
    const box = element('input', { type: 'checkbox', checked: '' });
    box.addEventListener('change', () => {
      for (const chart of charts) chart.showRun(run, box.checked);
    });
    return element('label', {}, box, ' ', element('bdi', {}, name));
  });
  choice.append(element('legend', {}, 'Runs in the charts'), ...boxes);
  choice.hidden = false;
}
