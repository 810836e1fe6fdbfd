import type { LexiconEntry, Rules } from '../grammar.js';
import { words } from './words.js';

/* The morals, by the topic of the fable. */

export const morals: Rules = {
  kindMoral: ['kindness comes home', 'give and get', 'be kind', 'friends pay well'],
  greedyMoral: ['greed has no friends', 'grasp all, lose all', 'take less', 'enough is best'],
  patientMoral: ['slow and steady wins', 'patience finds a way', 'keep going', 'rest later'],
  cruelMoral: ['hard hearts find no help', 'be kind to the small', 'might is not right', 'help or be lost'],
  wiseMoral: ['think first', 'look twice', 'keep a cool head', 'use your head'],
  proudMoral: ['pride goes hungry', 'pride has a price', 'pride dines last', 'pride falls'],
  quarrelMoral: ['share it or lose it', 'anger has empty hands', 'do not fight', 'two fight, a third wins'],
  fairMoral: ['half is enough', 'take turns', 'share and smile', 'fair words end fights'],
  foolishMoral: ['fools learn late', 'listen well', 'good advice is cheap', 'haste falls first'],
};

/* Sentences that many fables share. */

export const phrases: Rules = {
  said: words('said cried called'),
  softly: words('softly loudly slowly quickly calmly boldly firmly clearly'),
  Please: words('Please Do'),
  laughed: words('laughed smiled grinned cheered clapped danced'),
  anyone: ['a boy', 'a girl', 'a king', 'a miller', 'a hunter', 'a thief'],
};

/* Dangers of which an animal is warned, and their effect on those who do not listen. */

const danger = (warning: string, fate: string): LexiconEntry => ({ warning, fate });

export const dangers = {
  danger: [
    danger('the ice is thin', 'fell through the ice'),
    danger('the fog is thick', 'got lost in the fog'),
    danger('the river is high', 'fell in the river'),
    danger('the snow is deep', 'sank in the snow'),
  ],
};
