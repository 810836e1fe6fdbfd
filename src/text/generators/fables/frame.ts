import type { Rules } from '../grammar.js';

/*
 * How every fable is built: somebody tells it to somebody at a feast; then come its title, the two of the title meet, and the story
 * begins. All that the story must remember stands in the story, with no hats and dinners in between.
 */
export const frame: Rules = {
  fable:
    '{telling}\nThe {hero = great}{hero.Name} and the {rival = small}{rival.Name}\n{hero.ALook} from {land} met {rival.aLook} from {land} {near} the {place} of {land}.{story}\n',
  telling: [
    '{opening} {first = listener}{first.aLook} {first.dressed} ate {feast} and told this to {listeners}.',
    '{first = listener}{first.ALook} {first.dressed} told this to {listeners} {near} the {placeLook} {place}. They ate {feast}.',
  ],
  listeners: [
    '{second = listener - first}{second.aLook} {second.dressed}',
    '{second = listener - first}{second.aLook} {second.dressed} and {third = listener - first - second}{third.aLook} {third.dressed}',
  ],
};
