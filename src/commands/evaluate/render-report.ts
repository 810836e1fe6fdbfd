import { terminalSafeJson } from '../../sample/terminal-safe.js';
import type { ReportSection } from './report-section.js';

/** Columns of labels and of the values after them. */
const LABEL = 24;
const VALUE = 12;

/** The report for people: sections with a title stand apart. */
export function textReport(heading: string, sections: readonly ReportSection[]): string {
  const parts = sections.map(({ title, rows = [], lines = [] }) => {
    const above = title === undefined ? [] : ['', title];
    const table = rows.map(([label, value]) => `${label.padEnd(LABEL)}${value.padStart(VALUE)}`);
    return [...above, ...table, ...lines];
  });
  return `${[heading, ...parts.flat()].join('\n')}\n`;
}

/** The report for machines: one JSON document. */
export function jsonReport(sections: readonly ReportSection[]): string {
  const parts = sections.map(({ key, json }) => (key === undefined ? json : { [key]: json }));
  return `${terminalSafeJson(Object.assign({}, ...parts))}\n`;
}
