import { UserError } from '../foundation/errors.js';
import { printable } from '../foundation/printable.js';
import type { Position } from './tree.js';

/** One problem of a config. */
export interface Problem {
  position: Position;
  /** The key, as `a.b.c`; empty for the file as a whole. */
  path: string;
  /** The problem, as text that follows the path. */
  text: string;
}

/** The most problems that are listed; the others are counted. */
const maximumLines = 10;

/** All problems as one usage error: a line each, in the order of their positions in the config. */
export function configError(problems: readonly Problem[]): UserError {
  const sorted = problems.toSorted((a, b) => comparePositions(a.position, b.position));
  const lines = [
    ...new Set(
      sorted.map(
        ({ position, path, text }) => `${where(position)}: ${path === '' ? '' : `${printable(path)} `}${printable(text, 2000)}`,
      ),
    ),
  ];
  const shown =
    lines.length > maximumLines ? [...lines.slice(0, maximumLines - 1), `and ${lines.length - maximumLines + 1} more`] : lines;
  return new UserError('usage', shown.join('\n'));
}

/** A position in the form that editors and terminals recognize, `file:line:column`. */
function where({ source, line, column }: Position): string {
  return line === undefined || source.isFlag ? printable(source.name) : `${printable(source.name)}:${line}:${column}`;
}

/** Earlier sources before later ones, then from top to bottom. */
export function comparePositions(a: Position, b: Position): number {
  return a.source.order - b.source.order || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}
