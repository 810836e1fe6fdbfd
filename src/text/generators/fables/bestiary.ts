import type { LexiconEntry } from '../grammar.js';
import { capitalized, words } from './words.js';

/*
 * The animals. Words that must agree with an animal are its attributes, so a sentence names the role and the agreement follows. Attributes
 * with a capital begin a sentence; `s` makes the plural of a part of the body.
 */

function one(name: string, he: string, him: string, his: string): LexiconEntry {
  return {
    name,
    Name: capitalized(name),
    aLook: `{aLook} ${name}`,
    ALook: `{ALook} ${name}`,
    dressed: 'from {land} in {aColour} {garment}',
    he,
    him,
    his,
    s: '',
    me: 'me',
    mine: 'mine',
  };
}

function several(name: string): LexiconEntry {
  return {
    name,
    Name: capitalized(name),
    aLook: `some {look} ${name}`,
    ALook: `Some {look} ${name}`,
    dressed: 'from {land} in {colour} {garment}s',
    he: 'they',
    him: 'them',
    his: 'their',
    s: 's',
    me: 'us',
    mine: 'ours',
  };
}

const he = (list: string) => words(list).map((name) => one(name, 'he', 'him', 'his'));
const she = (list: string) => words(list).map((name) => one(name, 'she', 'her', 'her'));
const they = (list: string) => words(list).map(several);

/** Animals that a fable names first: they have something, or do something. */
const great = [...he('fox wolf'), ...she('cat'), ...they('apes')];

/** Animals that a fable names second: they ask, warn, or wait. */
const small = [...he('crow hare'), ...she('hen'), ...they('mice')];

/** Animals that tell fables and listen to them. */
const listener = [
  ...he('bull stag ram toad dog bear cock donkey lion rat'),
  ...she('cow duck mole goat mare owl'),
  ...they('ants bees frogs geese'),
];

export const bestiary = { great, small, listener };
