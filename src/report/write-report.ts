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
  return pageOf({ title: titleOf(contents), runs, sections: sectionsOf(contents) });
}

/** A report of runs as Markdown. @param folder that of its pictures, as the text refers to it */
export function markdownReport(contents: ReportContents, folder: string): MarkdownReport {
  return markdownOf(titleOf(contents), sectionsOf(contents), folder);
}

/** The searches, whose best runs are in the report as well, or the runs. */
function titleOf({ runs, searches }: ReportContents): string {
  const names = (searches.length > 0 ? searches : runs).map(({ name }) => name);
  if (names.length === 1) return names[0]!;
  return `${names.length} ${searches.length > 0 ? 'searches' : 'runs'}: ${shortList(names)}`;
}

const shortList = (names: readonly string[]) => (names.length <= 4 ? names.join(', ') : `${names.slice(0, 3).join(', ')}, ...`);
