import type { Rules } from '../../grammar.js';

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
