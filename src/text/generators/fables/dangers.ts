import type { Entry } from '../grammar.js';

/* Dangers that one is warned of, and what they do to those who do not listen. */

const danger = (warning: string, fate: string): Entry => ({ warning, fate });

export const dangers = {
  danger: [
    danger('the ice is thin', 'fell through the ice'),
    danger('the fog is thick', 'got lost in the fog'),
    danger('the river is high', 'fell in the river'),
    danger('the snow is deep', 'sank in the snow'),
  ],
};
