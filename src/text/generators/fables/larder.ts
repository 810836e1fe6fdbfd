import type { Rules } from '../grammar.js';
import { lexicon, withArticle, words } from './words.js';

/* What the animals want, wear and find: food has a number, other things are single. */

/** What is eaten while the fable is told. */
const meals = lexicon(
  'pears nuts buns apples melons onions beans dates peas lemons carrots tarts leeks rolls turnips grapes olives acorns waffles ' +
    'loaves cherries radishes',
);

export const larder = { meal: meals };

const tasty = words('big fine good small ripe fresh large golden tasty lovely huge little tiny heavy perfect plump');
const colour = words(
  'red blue green grey white black brown pink yellow orange purple pale dark plain striped spotted old new torn silk',
);
const finish = words('silver golden copper wooden iron glass tin paper');

export const goods: Rules = {
  tasty,
  aTasty: tasty.map(withArticle),
  colour,
  aColour: colour.map(withArticle),
  garment: words(
    'hat coat cap cloak shirt shawl belt ribbon vest gown bonnet hood tie collar mask wig crown jacket skirt apron',
  ),
  treat: words('fig plum pie egg cake peach'),
  treats: words('figs plums pies eggs cakes peaches'),
  thing: words('bell lamp ring boat kite'),
  aFinish: finish.map(withArticle),
  dozens: '{tens}{units}',
  tens: words('1 2 3 4 5 6 7 8 9'),
  units: words('0 1 2 3 4 5 6 7 8 9'),
  feast: [
    '{fare = meal}{dozens} {tasty} {fare.name}',
    '{fare = meal}{dozens} {tasty} {fare.name} and {extra = meal - fare}{dozens} {tasty} {extra.name}',
    '{fare = meal}{dozens} {tasty} {fare.name}, {extra = meal - fare}{dozens} {tasty} {extra.name} and ' +
      '{dessert = meal - fare - extra}{dozens} {tasty} {dessert.name}',
  ],
};
