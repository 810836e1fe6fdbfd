import { pageOf } from './html/page.js';
import { type MarkdownReport, markdownOf } from './markdown/document.js';
import { reportParts } from './parts/index.js';
import type { ReportContents } from './parts/part.js';
import type { Section } from './section.js';

/** The sections that the contents have something for. */
function sectionsOf(contents: ReportContents): Section[] {
  return reportParts
    .map(({ id, title, blocks }) => ({ id, title, blocks: blocks(contents) }))
    .filter(({ blocks }) => blocks.length > 0);
}

/** A report of runs as an HTML page. */
export function htmlReport(contents: ReportContents): string {
  const runs = contents.runs.map(({ name }) => name);
  return pageOf({ title: titleOf(runs), runs, sections: sectionsOf(contents) });
}

/** A report of runs as Markdown. @param folder that of its pictures, as the text refers to it */
export function markdownReport(contents: ReportContents, folder: string): MarkdownReport {
  const runs = contents.runs.map(({ name }) => name);
  return markdownOf(titleOf(runs), sectionsOf(contents), folder);
}

const titleOf = (runs: readonly string[]) => (runs.length === 1 ? runs[0]! : `${runs.length} runs: ${shortList(runs)}`);

const shortList = (names: readonly string[]) => (names.length <= 4 ? names.join(', ') : `${names.slice(0, 3).join(', ')}, ...`);
