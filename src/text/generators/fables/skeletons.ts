import type { Rules } from '../grammar.js';

/** One has food in its mouth and is asked for a song: the proud sing and lose it, the wise eat first. */
export const flattery: Rules = {
  flattery:
    ' The {rival.name} held {aTasty} {treat}.\n"{Please} sing of {anyMonth}," {said} the {sly} {hero.name} {softly}.\n{flatteryEnd}',
  flatteryEnd: [
    'The {proud} {rival.name} sang, so the {hero.name} ate it.\nMoral: {proudMoral}.',
    'The {wise} {rival.name} ate it and sang.\nMoral: {wiseMoral}.',
  ],
};

/** One is woken by another, and later is in a net: the kind are set free, the cruel are not. */
export const net: Rules = {
  net: ' The {hero.name} slept, and the {rival.name} ran over {hero.his} {limb}{hero.s}.\n{netEnd}',
  netEnd: [
    '"Go home," {said} the {kind} {hero.name} {softly}.\n{caught}. The {rival.name} cut {many} {ropes} and set {hero.him} free.\nMoral: {kindMoral}.',
    '"Go away," {said} the {cruel} {hero.name} {softly}.\n{caught}. The {rival.name} only {laughed}.\nMoral: {cruelMoral}.',
  ],
  caught: 'In {anyMonth} the {hero.name} lay in a {snare}',
  limb: ['nose', 'tail', 'back', 'ear', 'neck', 'head', 'leg'],
  snare: ['net', 'trap', 'cage', 'sack'],
  ropes: ['ropes', 'cords', 'knots'],
};

/** Two find one thing: the stubborn fight until a third has it, the fair take turns. */
export const quarrel: Rules = {
  quarrel: ' They found {aFinish} {thing}.\n"It is {hero.mine}," {said} the {hero.name} {softly}.\n{quarrelEnd}',
  quarrelEnd: [
    '"No, it is {rival.mine}," {said} the {stubborn} {rival.name}. So {anyone} took it.\nMoral: {quarrelMoral}.',
    '"Keep it until {weekday}," {said} the {fair} {rival.name}. So they shared it.\nMoral: {fairMoral}.',
  ],
};

/** One offers a race for some food: the proud rest on the way and lose, the patient win. */
export const race: Rules = {
  race: `\n"Race {hero.me} to the {goal} for {many} {tasty} {treats}," {said} the {hero.name} {softly}.\n{raceEnd}`,
  raceEnd: [
    'The {proud} {hero.name} {rested}, so the {rival.name} won them.\nMoral: {proudMoral}.',
    'The {patient} {hero.name} ran on and won them.\nMoral: {patientMoral}.',
  ],
  rested: ['slept', 'rested', 'stopped to sing', 'stopped to dance', 'lay down'],
};

/** One has food, another asks for some: the kind share it, the greedy eat it all. */
export const sharing: Rules = {
  sharing: ` The {hero.name} found {count = even}{count.name} {tasty} {treats}.\n"{Please} give {rival.me} some," {said} the {rival.name} {softly}.\n{sharingEnd}`,
  sharingEnd: [
    '"Take half," {said} the {kind} {hero.name}. So each had {count.half}.\nMoral: {kindMoral}.',
    '"No," {said} the {greedy} {hero.name} and ate all {count.name}.\nMoral: {greedyMoral}.',
  ],
};

/** One is warned of a danger: the foolish go and meet the very danger that was named, the wise stay. */
export const warning: Rules = {
  warning: '\n"Do not go to the {goal}, {danger = danger}{danger.warning}," {said} the {rival.name} {softly}.\n{warningEnd}',
  warningEnd: [
    'The {foolish} {hero.name} went on. On the way {hero.he} {danger.fate}.\nMoral: {foolishMoral}.',
    'The {wise} {hero.name} went home. On the way {anyone} {danger.fate}.\nMoral: {wiseMoral}.',
  ],
};
