import { button, element } from '../../page/browser/elements.js';
import { byId } from './page-elements.js';
import type { ShownToken } from './written-text.js';

/** Shows a token of the text, and what else could stand in its place. */
export interface Inspector {
  /** @param index of the token; undefined: none is shown */
  show(tokens: readonly ShownToken[], index: number | undefined): void;
  /** The number of tokens has changed. */
  count(tokens: number): void;
}

interface InspectorOptions {
  /** Visible texts of the tokens by their ids. */
  readonly nameOf: (id: number) => string;
  readonly onMove: (index: number | undefined) => void;
  /** Another token is to stand in this place. */
  readonly onReplace: (index: number, id: number, probability: number) => void;
}

export function createInspector({ nameOf, onMove, onReplace }: InspectorOptions): Inspector {
  const panel = byId('inspector');
  const position = byId('position', HTMLInputElement);
  const list = byId('alternatives');
  position.addEventListener('input', () => onMove(Number(position.value) - 1));
  byId('close-inspector').addEventListener('click', () => onMove(undefined));
  panel.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') onMove(undefined);
  });

  function row(index: number, { id, probability }: { id: number; probability: number }, isWritten: boolean): HTMLLIElement {
    const share = element('span', { class: 'share-bar', 'aria-hidden': 'true' });
    share.style.setProperty('--share', String(probability));
    const parts = [
      ...named(nameOf(id)),
      share,
      element('span', { class: 'share' }, percent(probability)),
      element('span', { class: isWritten ? 'mark' : 'visually-hidden' }, isWritten ? 'in the text' : ', go on from this token'),
    ];
    if (isWritten) return element('li', { class: 'written' }, ...parts);
    const choice = button('', () => onReplace(index, id, probability));
    choice.append(...parts);
    return element('li', {}, choice);
  }

  return {
    show(tokens, index) {
      const token = index === undefined ? undefined : tokens[index];
      panel.classList.toggle('open', token !== undefined);
      byId('no-token').hidden = token !== undefined;
      byId('one-token').hidden = token === undefined;
      if (token === undefined || index === undefined) return;
      position.value = String(index + 1);
      position.setAttribute('aria-valuetext', `${index + 1}: ${spoken(nameOf(token.id))}, ${percent(token.probability)}`);
      byId('token-name').textContent = nameOf(token.id);
      byId('token-share').textContent = `${percent(token.probability)}${token.chosen ? ', chosen by you' : ''}`;
      const { alternatives } = token;
      const all = alternatives.some(({ id }) => id === token.id) ? alternatives : [...alternatives, token];
      list.replaceChildren(...all.map((one) => row(index, one, one.id === token.id)));
    },
    count(tokens) {
      position.max = String(Math.max(1, tokens));
      byId('inspector').hidden = tokens === 0;
    },
  };
}

function percent(share: number): string {
  if (share < 0.0005) return '< 0.1 %';
  if (share > 0.9995) return '> 99.9 %';
  return `${(share * 100).toFixed(share < 0.0995 || share > 0.9 ? 1 : 0)} %`;
}

const names: ReadonlyMap<string, string> = new Map([
  ['␣', 'space'],
  ['↵', 'line end'],
  ['⇥', 'tab'],
]);

/** A token as it is seen and, where that is a sign, as it is read aloud. */
function named(name: string): HTMLElement[] {
  const word = names.get(name);
  if (word === undefined) return [element('bdi', { class: 'token' }, name)];
  return [element('bdi', { class: 'token', 'aria-hidden': 'true' }, name), element('span', { class: 'visually-hidden' }, word)];
}

const spoken = (name: string) => names.get(name) ?? name;
