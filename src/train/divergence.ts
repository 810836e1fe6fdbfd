import { UserError } from '../errors.js';
import { entryView, type ParameterTable } from '../model/parameter-table.js';

/** The first tensor of an arena that holds NaN or an infinity. */
export function firstNonFinite(arena: Float32Array, table: ParameterTable): string | undefined {
  return table.entries.find((entry) => !entryView(arena, entry).every(Number.isFinite))?.name;
}

interface Divergence {
  step: number;
  loss: number;
  table: ParameterTable;
  parameters: Float32Array;
  gradients: Float32Array;
  lastCheckpoint: string | undefined;
}

/** The error for a step whose loss, gradients or parameters are not finite: says where it began and what there is to go back to. */
export function divergenceError({ step, loss, table, parameters, gradients, lastCheckpoint }: Divergence): UserError {
  const parameter = firstNonFinite(parameters, table);
  const gradient = firstNonFinite(gradients, table);
  const what = parameter
    ? `the parameter ${parameter} is no longer finite`
    : gradient
      ? `the gradient of ${gradient} is not finite`
      : 'the global norm of the gradients is too large for float32';
  const last = lastCheckpoint ? `The last good checkpoint is ${lastCheckpoint}.` : 'There is no checkpoint yet.';
  return new UserError(
    'diverged',
    `training diverged at step ${step}: ${what} (loss ${loss}). ${last} ` +
      'Lower training.optimizer.learningRate, or clip the gradients (training.clipping).',
  );
}
