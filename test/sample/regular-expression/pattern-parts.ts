/** What random regular expressions and the texts that they are tried on are made of: a small alphabet, so that texts match now and then. */
export const letters = ['a', 'b', 'é', '😀', '\n', ' ', '0', '-', '€', '\u2028', 'A', '\u00a0'];

export const atoms = [
  'a',
  'b',
  'é',
  '😀',
  '.',
  '[ab]',
  '[^a]',
  '[é-€]',
  '\\w',
  '\\s',
  '\\D',
  '\\p{L}',
  '\\P{Lu}',
  '\\n',
  '\\u{e9}',
  '[\\d_-]',
  '',
  '[^\\w\\p{L}]',
  '0',
  '-',
];

export const shortCounts = ['*', '+', '?', '{2}', '{1,}', '{0,2}', '{1,3}', '{0}'];
