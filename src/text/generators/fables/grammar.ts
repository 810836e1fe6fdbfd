import { compileGrammar, type GrammarSource } from '../grammar.js';
import { almanac, time } from './almanac.js';
import { bestiary } from './bestiary.js';
import { characters } from './characters.js';
import { frame } from './frame.js';
import { whereabouts } from './landscape.js';
import { goods, larder } from './larder.js';
import { dangers, morals, phrases } from './sayings.js';
import { flattery, net, quarrel, race, sharing, warning } from './skeletons.js';

const skeletons = [flattery, net, quarrel, race, sharing, warning];

/** The grammar of the fables: `fable` is one of the skeletons, whose words come from the other files of this folder. */
export const fablesSource: GrammarSource = {
  start: 'fable',
  separator: '\n',
  rules: merged(
    frame,
    { story: skeletons.map((rules) => `{${Object.keys(rules)[0]}}`) },
    time,
    whereabouts,
    goods,
    characters,
    phrases,
    morals,
    ...skeletons,
  ),
  lexicons: { ...almanac, ...bestiary, ...larder, ...dangers },
};

export const fablesGrammar = compileGrammar(fablesSource);

/** All rules in one table. Two rules of one name are an error, because one would hide the other. */
function merged(...tables: GrammarSource['rules'][]): GrammarSource['rules'] {
  const all: Record<string, GrammarSource['rules'][string]> = {};
  for (const [name, alternatives] of tables.flatMap((table) => Object.entries(table))) {
    if (name in all) throw new Error(`two rules are called "${name}"`);
    all[name] = alternatives;
  }
  return all;
}
