import { terminalSafeJson } from '../../foundation/terminal-safe.js';
import { joined, type TerminalText } from '../../ui/terminal-text.js';
import type { ReportSection } from './report-section.js';

/** Fewest columns of labels and of the values after them. */
const LABEL = 24;
const VALUE = 12;

/** The report for people. Sections with a title are separated from others. */
export function textReport(heading: string, sections: readonly ReportSection[]): TerminalText {
  const parts = sections.map(({ title, rows = [], lines = [] }) => {
    const above = title === undefined ? [] : ['', title];
    const label = Math.max(LABEL, ...rows.map(([text]) => text.length + 2));
    const width = Math.max(VALUE, ...rows.map(([, value]) => value.length));
    return [...above, ...rows.map(([text, value]) => `${text.padEnd(label)}${value.padStart(width)}`), ...lines];
  });
  return joined([heading, ...parts.flat()], '\n');
}

/** The report for programs: one JSON document. */
export function jsonReport(sections: readonly ReportSection[]): string {
  const parts = sections.map(({ key, json }) => (key === undefined ? json : { [key]: json }));
  return `${terminalSafeJson(Object.assign({}, ...parts))}\n`;
}
