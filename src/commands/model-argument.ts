import { pathArgument } from './flag-kinds.js';

/** How every command that works on a model takes it. */
export const modelArgument = {
  ...pathArgument,
  demandOption: true,
  describe: 'Model file, checkpoint, or run directory (its best model)',
} as const;

/** How commands take it that only let it compute. */
export const computedModelArgument = {
  ...modelArgument,
  describe: 'Model file, checkpoint, run directory (its best model), or .onnx file from export',
} as const;
