import { element } from '../../page/browser/elements.js';
import type { WorkerAnswer } from './messages.js';
import { byId } from './page-elements.js';

/** Shows what the worker has read about a model. */
export function showDescription({ summary, card }: Extract<WorkerAnswer, { type: 'opened' }>): void {
  byId('summary').textContent = summary;
  const rows = card.map(([label, value]) => element('div', {}, element('dt', {}, label), element('dd', {}, value)));
  byId('model-card').replaceChildren(...rows);
}
