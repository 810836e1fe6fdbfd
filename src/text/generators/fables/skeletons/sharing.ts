import type { Rules } from '../../grammar.js';

/** One has food, another asks for some: the kind share it, the greedy eat it all. */
export const sharing: Rules = {
  sharing: ` The {hero.name} found {count = even}{count.name} {tasty} {treats}.\n"{Please} give {rival.me} some," {said} the {rival.name} {softly}.\n{sharingEnd}`,
  sharingEnd: [
    '"Take half," {said} the {kind} {hero.name}. So each had {count.half}.\nMoral: {kindMoral}.',
    '"No," {said} the {greedy} {hero.name} and ate all {count.name}.\nMoral: {greedyMoral}.',
  ],
};
