// Writes docs/guide/options.md from the declarations of the registries. Run `npm run schema` after changing one.
import { writeFileSync } from 'node:fs';
import { allowedValues } from '../dist/foundation/options.js';
import { cells } from '../dist/model/cells/index.js';
import { heads } from '../dist/model/heads/index.js';
import { layerTypes } from '../dist/model/layers/index.js';
import { objectiveTerms } from '../dist/model/objectives/index.js';
import { objectiveScheduleOptions } from '../dist/model/objectives/schedule.js';
import { tokenFilters } from '../dist/sample/token-filters.js';
import { tokenizerTypes } from '../dist/text/tokenizers/index.js';
import { averagings } from '../dist/train/averaging/index.js';
import { optimizers } from '../dist/train/optimizers/index.js';
import { schedules } from '../dist/train/schedules/index.js';

/** @typedef {import('../src/foundation/options.js').Option} Option */
/** @typedef {{ type: string, describe: string, options: Readonly<Record<string, Option>> }} Entry */

const otherLayers = layerTypes.filter(({ type }) => !cells.some((cell) => cell.type === type));

const page = [
  `# Options

Every part that a config can name, with its options: what each means, its default, and what is allowed. This page is written from the
declarations in the source by \`npm run schema\`; an editor shows the same texts (\`configs/textloom.schema.json\`).
[Techniques](techniques.md) says when to use which.`,
  section('Tokenizers', 'tokenizer: { type: ... }', tokenizerTypes),
  section('Cells', 'model.cell: { type: ... }` or an entry of `model.layers', cells),
  section('Other layers', 'model.layers: [{ type: ... }, ...]', otherLayers, false),
  section('Heads', 'model.head: { type: ... }', heads),
  terms(),
  section('Optimizers', 'training.optimizer: { type: ... }', optimizers),
  section('Schedules of the learning rate', 'training.schedule: { type: ... }', schedules),
  section('Averaging of the weights', 'training.averaging: { type: ... }', averagings),
  filters(),
];
writeFileSync(new URL('guide/options.md', import.meta.url), `${page.join('\n\n')}\n`);

/**
 * @param {string} title
 * @param {string} key
 * @param {readonly Entry[]} entries the first is the default, where there is one
 */
function section(title, key, entries, hasDefault = true) {
  const parts = entries.map(({ type, describe, options }, i) =>
    [`### ${type}\n\n${text(describe)}${hasDefault && i === 0 ? ' The default.' : ''}`, ...optionTable(options)].join('\n\n'),
  );
  return [`## ${title}\n\nKey: \`${key}\``, ...parts].join('\n\n');
}

/** @param {Readonly<Record<string, Option>>} options */
function optionTable(options) {
  const rows = Object.entries(options).map(([key, option]) => [
    `\`${key}\``,
    text(option.describe),
    option.default === undefined ? text(option.otherwise ?? '') : `\`${option.default}\``,
    text(allowedValues(option)),
  ]);
  return rows.length === 0 ? [] : [table(['option', 'meaning', 'default', 'allowed'], rows)];
}

function terms() {
  const rows = objectiveTerms.map(({ name, option }) => [
    `\`${name}\``,
    text(option.describe),
    option.kind === 'number' ? `\`${option.default}\`` : text(option.otherwise ?? ''),
  ]);
  const parts = objectiveTerms.flatMap(({ name, option }) =>
    option.kind === 'number'
      ? []
      : [
          `### ${name}\n\nKey: \`training.objective.${name}: { ... }\`, or a number, which is the weight.`,
          ...optionTable(option.options),
        ],
  );
  const all = table(['name', 'meaning', 'default'], rows);
  const [schedule] = Object.values(objectiveScheduleOptions);
  const when = [
    '### When a term counts\n\nKey: `training.objectiveSchedule: { NAME: { ... } }`; the name `crossEntropy` is that of the loss itself.',
    ...(schedule?.kind === 'map' ? optionTable(schedule.options) : []),
  ];
  return [`## Terms of the objective\n\nKey: \`training.objective: { NAME: WEIGHT }\``, all, ...parts, ...when].join('\n\n');
}

function filters() {
  const rows = tokenFilters.map(({ flag, describe }) => [`\`--${flag}\``, text(describe)]);
  return `## Filters of tokens\n\nFlags of \`textloom sample\`.\n\n${table(['flag', 'meaning'], rows)}`;
}

/**
 * @param {readonly string[]} head
 * @param {readonly (readonly string[])[]} rows
 */
function table(head, rows) {
  const widths = head.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (/** @type {readonly string[]} */ row) => `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

/** Characters that Markdown or HTML would take for its own. @param {string} words */
function text(words) {
  return words.replaceAll('|', '\\|').replaceAll('<', '\\<').replaceAll('*', '\\*');
}
