import { UserError } from '../../foundation/errors.js';
import type { ParameterEntry, ParameterTable } from '../../model/parameter-table.js';

/** The matrices of a model whose rows are the vectors of tokens. */
export const matrixNames = ['embedding', 'output'] as const;
export type MatrixName = (typeof matrixNames)[number];

/** @throws UserError usage when the model has no such matrix */
export function matrixEntry({ entries }: ParameterTable, name: MatrixName): ParameterEntry {
  const part = name === 'embedding' ? 'embedding' : 'head';
  const found = entries.find((entry) => entry.part === part && entry.tokenRows && entry.shape.length === 2);
  if (found !== undefined) return found;
  throw new UserError(
    'usage',
    '--matrix output: the head of this model has no matrix of its own with a row for each token: its weights are tied to the embedding, ' +
      'or it computes tokens in clusters; use --matrix embedding',
  );
}
