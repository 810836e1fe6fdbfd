import { element } from '../../page/browser/elements.js';
import type { WrittenTokens } from './messages.js';

export interface ShownToken {
  readonly id: number;
  readonly text: string;
  readonly probability: number;
  readonly alternatives: WrittenTokens['alternatives'][number];
  /** Whether a person chose it. */
  readonly chosen: boolean;
}

/** Lower limits of the probabilities of the colours, from the first, which has none. */
const limits = [0.5, 0.2, 0.05, 0.01];

const colourOf = (probability: number) => {
  const found = limits.findIndex((limit) => probability >= limit);
  return found < 0 ? limits.length : found;
};

/** The text on the page: the prompt, and each token in the colour of its probability. */
export interface WrittenText {
  readonly tokens: readonly ShownToken[];
  /** Begins a text after a prompt. */
  begin(prompt: string): void;
  /** Removes the tokens from one on. */
  cut(length: number): void;
  append(tokens: readonly ShownToken[]): void;
  /** Marks one token; undefined: none. */
  select(index: number | undefined): void;
  /** The whole text, or the text before a token. */
  text(end?: number): string;
}

/** @param onChoose called with the index of a token that was clicked */
export function createWrittenText(place: HTMLElement, onChoose: (index: number) => void): WrittenText {
  let prompt = '';
  let tokens: ShownToken[] = [];
  let spans: HTMLSpanElement[] = [];
  let selected: number | undefined;
  const indexes = new WeakMap<Element, number>();

  place.addEventListener('click', ({ target }) => {
    const index = target instanceof Element ? indexes.get(target) : undefined;
    // A text that was selected with the mouse is to be copied, not changed.
    if (index !== undefined && getSelection()?.isCollapsed !== false) onChoose(index);
  });

  return {
    get tokens() {
      return tokens;
    },
    begin(text) {
      prompt = text;
      tokens = [];
      spans = [];
      selected = undefined;
      place.replaceChildren(element('span', { class: 'prompt' }, text));
    },
    cut(length) {
      for (const span of spans.splice(length)) span.remove();
      tokens = tokens.slice(0, length);
    },
    append(more) {
      const made = more.map((token, i) => {
        const classes = [`p${colourOf(token.probability)}`, ...(token.chosen ? ['chosen'] : [])];
        const span = element('span', { class: classes.join(' ') }, token.text);
        indexes.set(span, tokens.length + i);
        return span;
      });
      spans.push(...made);
      tokens.push(...more);
      place.append(...made);
    },
    select(index) {
      if (selected !== undefined) spans[selected]?.classList.remove('selected');
      selected = index;
      if (index === undefined) return;
      spans[index]?.classList.add('selected');
      spans[index]?.scrollIntoView({ block: 'nearest' });
    },
    text: (end = tokens.length) => tokens.slice(0, end).reduce((text, token) => text + token.text, prompt),
  };
}
