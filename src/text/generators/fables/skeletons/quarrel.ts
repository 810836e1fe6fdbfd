import type { Rules } from '../../grammar.js';

/** Two find one thing: the stubborn fight until a third has it, the fair take turns. */
export const quarrel: Rules = {
  quarrel: ' They found {aFinish} {thing}.\n"It is {hero.mine}," {said} the {hero.name} {softly}.\n{quarrelEnd}',
  quarrelEnd: [
    '"No, it is {rival.mine}," {said} the {stubborn} {rival.name}. So {anyone} took it.\nMoral: {quarrelMoral}.',
    '"Keep it until {weekday}," {said} the {fair} {rival.name}. So they shared it.\nMoral: {fairMoral}.',
  ],
};
