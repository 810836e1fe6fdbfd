import { terminalSafe } from '../../foundation/terminal-safe.js';
import type { FindingBlock, ReportBlock, TableBlock } from '../blocks.js';
import type { Section } from '../section.js';
import { barsPicture } from '../svg/bars.js';
import { heatTextPicture } from '../svg/heat-text.js';
import { linesPicture } from '../svg/lines.js';
import { matrixPicture } from '../svg/matrix.js';
import { parallelPicture } from '../svg/parallel-coordinates.js';
import { type Drawing, pictureFile } from '../svg/picture.js';
import { scatterPicture } from '../svg/scatter.js';

/** A report as Markdown, and the pictures that it shows, by the names of their files. */
export interface MarkdownReport {
  readonly text: string;
  readonly pictures: ReadonlyMap<string, string>;
}

/**
 * Writes sections as Markdown (CommonMark with tables).
 *
 * @param folder the folder of the pictures, as the text refers to it
 */
export function markdownOf(title: string, sections: readonly Section[], folder: string): MarkdownReport {
  const pictures = new Map<string, string>();
  const picture = (id: string, alt: string, drawing: Drawing) => {
    pictures.set(`${id}.svg`, pictureFile(alt, drawing));
    const place = `${folder}/${id}.svg`.split('/').map(encodeURIComponent).join('/');
    return `![${escapedMarkdown(alt)}](${place})`;
  };
  const blocks = (list: readonly ReportBlock[], path: string) => list.flatMap((block, i) => blockText(block, `${path}-${i}`));

  function blockText(block: ReportBlock, path: string): string[] {
    switch (block.type) {
      case 'paragraph':
        return [escapedMarkdown(block.text)];
      case 'figures':
        return [block.figures.map(([value, name]) => `__${escapedMarkdown(value)}__ ${escapedMarkdown(name)}`).join(' · ')];
      case 'facts':
        return [block.facts.map(([name, value]) => `- ${escapedMarkdown(name)}: ${escapedMarkdown(value)}`).join('\n')];
      case 'table':
        return tableText(block);
      case 'commands':
        return [fenced(block.commands.map(([command, purpose]) => `${command}  # ${purpose}`).join('\n'), 'sh')];
      case 'code':
        return [fenced(block.text, block.language)];
      case 'quotation':
        return [`${escapedMarkdown(block.label)}:`, fenced(block.prompt + block.text, 'text')];
      case 'chart':
        return titled(block.title, picture(block.id, `${block.title}, ${block.unit}`, linesPicture(block)));
      case 'matrix':
        return titled(block.title, picture(block.id, block.title, matrixPicture(block)));
      case 'scatter':
        return titled(block.title, picture(block.id, block.title, scatterPicture(block)));
      case 'bars':
        return titled(block.title, picture(block.id, `${block.title}, ${block.unit}`, barsPicture(block)));
      case 'finding':
        return findingText(block);
      case 'parallel':
        return titled(block.title, picture(block.id, block.title, parallelPicture(block)));
      case 'heat-text':
        return [escapedMarkdown(block.label), picture(path, block.label, heatTextPicture(block))];
      case 'folded':
        return [`### ${escapedMarkdown(block.title)}`, ...blocks(block.blocks, path)];
      case 'run-choice':
        return [];
    }
  }

  const parts = [
    `# ${escapedMarkdown(title)}`,
    ...sections.flatMap(({ id, title: heading, blocks: list }) => [`## ${escapedMarkdown(heading)}`, ...blocks(list, id)]),
  ];
  return { text: `${parts.join('\n\n')}\n`, pictures };
}

const titled = (title: string, content: string) => [`### ${escapedMarkdown(title)}`, content];

function tableText({ caption, columns, rows }: TableBlock): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const lines = [
    line(columns.map(({ heading }) => escapedMarkdown(heading))),
    line(columns.map(({ isNumber }) => (isNumber ? '--:' : '---'))),
    ...rows.map((row) => line(row.map(escapedMarkdown))),
  ];
  return [`${escapedMarkdown(caption)}:`, lines.join('\n')];
}

function findingText({ number, grade, problem, paragraphs, yaml, flags }: FindingBlock): string[] {
  const changes =
    flags === ''
      ? []
      : [
          'Change the configuration, or add the flags to the command:',
          ...(yaml === '' ? [] : [fenced(yaml, 'yaml')]),
          fenced(flags, 'sh'),
        ];
  return [
    `### ${number}\\. ${escapedMarkdown(problem)}`,
    `_${escapedMarkdown(grade)}_`,
    ...paragraphs.map(escapedMarkdown),
    ...changes,
  ];
}

/** A text on one line in which Markdown and HTML find nothing to interpret. Control characters are shown by number. */
export function escapedMarkdown(text: string): string {
  return terminalSafe(text)
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_{}[\]<>()#+!|~&$@^=]/g, '\\$&')
    .replace(/^(\s*\d+)([.)])(?=\s|$)/, '$1\\$2')
    .replace(/^-/, '\\-')
    .replace(/(https?):/gi, '$1\\:');
}

/** A block of code whose fence is longer than every run of its character in the text, so that no text can end it. */
function fenced(text: string, language: string): string {
  const shown = terminalSafe(text).replaceAll('\r\n', '\n');
  const runs = [...shown.matchAll(/`+/g)].map(([run]) => run.length);
  const fence = '`'.repeat(runs.reduce((longest, length) => Math.max(longest, length + 1), 3));
  return `${fence}${language}\n${shown}\n${fence}`;
}
