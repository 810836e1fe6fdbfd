import type { Rules } from '../../grammar.js';

/** One has food in its mouth and is asked for a song: the proud sing and lose it, the wise eat first. */
export const flattery: Rules = {
  flattery:
    ' The {rival.name} held {aTasty} {treat}.\n"{Please} sing of {anyMonth}," {said} the {sly} {hero.name} {softly}.\n{flatteryEnd}',
  flatteryEnd: [
    'The {proud} {rival.name} sang, so the {hero.name} ate it.\nMoral: {proudMoral}.',
    'The {wise} {rival.name} ate it and sang.\nMoral: {wiseMoral}.',
  ],
};
