import type { Rules } from '../grammar.js';
import { capitalized, words } from './words.js';

/* Places. */

const placeLook = words('old quiet little lonely great mossy grey high famous small dark ugly tall wide windy bare');

const consonants = words('b d f g k l m n p r s t v z');

export const whereabouts: Rules = {
  /* The name of a distant land that occurs nowhere else: six letters that no model can predict. */
  land: '{Consonant}{vowel}{consonant}{vowel}{consonant}{vowel}',
  Consonant: consonants.map(capitalized),
  consonant: consonants,
  vowel: words('a e i o u'),
  near: words('by near behind beside'),
  goal: words('mill barn hill inn farm'),
  placeLook,
  place: words(
    'mill barn well gate wall hill oak elm hut inn farm cave rock fence tower bridge church ditch forge hedge stable shed arch fort',
  ),
};
