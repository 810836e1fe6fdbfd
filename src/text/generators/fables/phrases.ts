import type { Rules } from '../grammar.js';
import { words } from './words.js';

/* What many fables say in the same words. */

export const phrases: Rules = {
  said: words('said cried called'),
  softly: words('softly loudly slowly quickly calmly boldly firmly clearly'),
  Please: words('Please Do'),
  laughed: words('laughed smiled grinned cheered clapped danced'),
  anyone: ['a boy', 'a girl', 'a king', 'a miller', 'a hunter', 'a thief'],
};
