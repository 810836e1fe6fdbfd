import type { Rules } from '../../grammar.js';

/** One is warned of a danger: the foolish go and meet the very danger that was named, the wise stay. */
export const warning: Rules = {
  warning: '\n"Do not go to the {goal}, {danger = danger}{danger.warning}," {said} the {rival.name} {softly}.\n{warningEnd}',
  warningEnd: [
    'The {foolish} {hero.name} went on. On the way {hero.he} {danger.fate}.\nMoral: {foolishMoral}.',
    'The {wise} {hero.name} went home. On the way {anyone} {danger.fate}.\nMoral: {wiseMoral}.',
  ],
};
