import type { Rules } from '../grammar.js';

/*
 * The structure of every fable: an animal tells it to another at a feast; then come its title, the meeting of the two animals in the title,
 * and the story. Everything on which the story depends is in the story itself.
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
