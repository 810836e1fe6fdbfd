import type { Rules } from '../../grammar.js';

/** One offers a race for some food: the proud rest on the way and lose, the patient win. */
export const race: Rules = {
  race: `\n"Race {hero.me} to the {goal} for {many} {tasty} {treats}," {said} the {hero.name} {softly}.\n{raceEnd}`,
  raceEnd: [
    'The {proud} {hero.name} {rested}, so the {rival.name} won them.\nMoral: {proudMoral}.',
    'The {patient} {hero.name} ran on and won them.\nMoral: {patientMoral}.',
  ],
  rested: ['slept', 'rested', 'stopped to sing', 'stopped to dance', 'lay down'],
};
