/** The forms of a report that people read; the first one is the default. */
export const reportFiles = ['html', 'md'] as const;
export type ReportFile = (typeof reportFiles)[number];

/** The programs for which runs can be written. */
export const reportForms = ['tensorboard'] as const;
