/** What a report of runs can be written as. */
export const reportForms = ['tensorboard'] as const;
