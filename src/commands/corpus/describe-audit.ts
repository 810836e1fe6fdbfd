import type { AuditReport, RepeatedPassage } from '../../text/audit/audit.js';
import type { PartReport } from '../../text/audit/part-report.js';
import { WINDOW } from '../../text/audit/repetitions.js';
import { tokenizerDeclaration } from '../../text/tokenizers/index.js';
import { formatCount, plural } from '../../ui/format.js';

const LABEL = 24;
const COLUMN = 15;

/** The report for people: a table with a column for each part, the worst passages with their positions, and the findings. */
export function describeAudit(report: AuditReport): string {
  const { parts, passages, nearPassages, findings } = report;
  const sections = [
    table(report),
    passageList(`Longest repetitions, of ${WINDOW} words and more`, passages),
    passageList('Near-duplicates', nearPassages),
    formList(parts),
    findings.length === 0
      ? noFindings(report)
      : [plural(findings.length, 'finding'), ...findings.map(({ text }) => `- ${text}`)].join('\n'),
  ];
  return sections.filter((section) => section !== '').join('\n\n');
}

function table({ parts, tokenizer, vocabularySize, sampledWindows }: AuditReport): string {
  const row = (label: string, cell: (part: PartReport, index: number) => string) =>
    label.padEnd(LABEL) + parts.map((part, index) => cell(part, index).padStart(COLUMN)).join('');
  const heldOut = (cell: (part: PartReport) => string) => (part: PartReport, index: number) => (index === 0 ? '-' : cell(part));
  const unit = `${tokenizerDeclaration(tokenizer).unit}s`;
  return [
    row('', ({ name }) => shortened(name)),
    row('bytes', ({ bytes }) => formatCount(bytes)),
    row('characters', ({ characters }) => formatCount(characters)),
    row('distinct characters', ({ distinctCharacters }) => formatCount(distinctCharacters)),
    row('lines', ({ lines }) => formatCount(lines)),
    row('words', ({ words }) => formatCount(words)),
    row(`tokens (${unit})`, ({ tokens }) => formatCount(tokens.total)),
    row('unknown tokens', ({ tokens }) => percent(tokens.unknown, tokens.total)),
    row('repeated lines', ({ repeatedLines }) => formatCount(repeatedLines)),
    row('repeated text', ({ repeatedWithin }) => percent(repeatedWithin)),
    row(
      '  of earlier parts',
      heldOut(({ repeatedAcross }) => percent(repeatedAcross)),
    ),
    row('near-duplicates', ({ nearWithin, passages }) => `${formatCount(nearWithin)}/${formatCount(passages)}`),
    row(
      '  of earlier parts',
      heldOut(({ nearAcross, passages }) => `${formatCount(nearAcross)}/${formatCount(passages)}`),
    ),
    row(
      'distance in bits',
      heldOut(({ divergence }) => divergence.toFixed(4)),
    ),
    '',
    `The vocabulary of ${parts[0]!.name} has ${formatCount(vocabularySize)} ${unit}.`,
    ...(sampledWindows > 1 ? [`Repetitions were searched for at one in ${sampledWindows} places.`] : []),
  ].join('\n');
}

function percent(count: number, total = 1): string {
  return `${((100 * count) / Math.max(total, 1)).toFixed(1)}%`;
}

/** A name cut to the width of its column. The end of a path is kept, because it is more specific than the beginning. */
function shortened(name: string): string {
  const characters = [...name];
  return characters.length < COLUMN ? name : `…${characters.slice(-(COLUMN - 2)).join('')}`;
}

function passageList(title: string, passages: readonly RepeatedPassage[]): string {
  if (passages.length === 0) return '';
  const entries = passages.map(({ place, earlierPlace, words, similarity, text }) => {
    const alike = similarity === 1 ? '' : `, ${Math.floor(100 * similarity)}% alike`;
    return `  ${place} repeats ${earlierPlace}\n    ${words} words${alike}: ${text}`;
  });
  return `${title}:\n${entries.join('\n')}`;
}

/** Repetitions can be listed although they are too rare to be a finding. */
function noFindings({ parts, passages, nearPassages }: AuditReport): string {
  const lists = passages.length + nearPassages.length > 0 || parts.some(({ invalidForms }) => invalidForms.length > 0);
  return lists ? 'No findings: everything listed above is below the thresholds.' : 'No findings: the corpus is clean.';
}

/** Unwanted forms, including those that are too rare to be a finding. */
function formList(parts: readonly PartReport[]): string {
  const lines = parts.flatMap(({ name, invalidForms }) =>
    invalidForms.map(({ what, count, place }) => `  ${name}: ${what} (${count}, the first in ${place})`),
  );
  return lines.length === 0 ? '' : `Invalid forms:\n${lines.join('\n')}`;
}
