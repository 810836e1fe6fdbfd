import type { Rules } from '../grammar.js';
import { capitalized, withArticle, words } from './words.js';

/* An animal's appearance, which does not affect the story, and its character, which determines the end of the fable. */

const look = words(
  'old young thin fat lame tired shy merry hungry sleepy dusty muddy sad glad poor tiny big small short slim plump stout weak ' +
    'strong noisy clumsy dizzy jolly gloomy grumpy lonely bored busy wet clean dirty ragged deaf rich famous',
);

export const characters: Rules = {
  look,
  aLook: look.map(withArticle),
  ALook: look.map((word) => capitalized(withArticle(word))),
  greedy: words('greedy selfish mean'),
  kind: words('kind gentle good'),
  proud: words('proud vain haughty'),
  patient: words('patient steady calm'),
  cruel: words('cruel harsh rough'),
  sly: words('sly cunning crafty'),
  wise: words('wise clever wary'),
  foolish: words('foolish rash silly'),
  stubborn: words('stubborn angry jealous'),
  fair: words('fair just peaceful'),
};
