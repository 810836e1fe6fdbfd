/** How every command that uses a model takes it. */
export const modelArgument = {
  type: 'string',
  demandOption: true,
  describe: 'Model file, checkpoint, or run directory (its best model)',
} as const;
