import { UserError } from '../foundation/errors.js';
import type { ChoiceOption } from '../foundation/options.js';
import { cells } from '../model/cells/index.js';
import type { LayerChoice } from '../model/specification.js';

/** Properties of a cell that names and shapes do not show: options by name, such as `nonlinearity: relu`. */
export type CellHints = Readonly<Record<string, string | undefined>>;

/** The options of all cells for which weights can be imported, each with its cell. */
export function importOptions(): { name: string; type: string; option: ChoiceOption }[] {
  return cells
    .filter(({ importedGates }) => importedGates !== undefined)
    .flatMap(({ type, options }) =>
      Object.entries(options).flatMap(([name, option]) => (option.kind === 'choice' ? [{ name, type, option }] : [])),
    );
}

/** @throws UserError `usage` for a hint about another cell than that of the file */
export function refuseIdleHints(path: string, layers: readonly LayerChoice[], hints: CellHints): void {
  const idle = importOptions()
    .filter(({ name, type }) => hints[name] !== undefined && layers.every((layer) => layer.type !== type))
    .map(({ name }) => `--${name} ${hints[name]}`);
  if (idle.length === 0) return;
  const { type } = layers[0]!;
  throw new UserError('usage', `${idle.join(' and ')}: the cell in ${path} is of type ${type}, on which this has no effect`);
}

/** Assumptions about the cell, and the flags that change them. */
export function assumptions(layers: readonly LayerChoice[], hints: CellHints): string[] {
  return importOptions().flatMap(({ name, type, option }) => {
    if (hints[name] !== undefined || layers.every((layer) => layer.type !== type)) return [];
    const { torch } = cells.find((cell) => cell.type === type)!.create({ [name]: option.default });
    const others = option.values.filter((value) => value !== option.default);
    const origin = torch ? `as in torch.nn.${torch.module}` : 'the default';
    return [`${name} ${option.default}, ${origin} (else --${name} ${others.join(' or ')})`];
  });
}
