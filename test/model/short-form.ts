import type { OnnxForm } from '../../src/export/onnx-graph.js';
import { architectureOf } from '../../src/model/architecture.js';
import { cells as registry } from '../../src/model/cells/index.js';
import { type ModelOptions, modelOptions } from '../../src/model/specification.js';
import { variantsOf } from '../variants.js';

/** A cell as the short form of a config names it. */
export type CellChoice = Readonly<Record<string, string | number | boolean>> & { readonly type: string };

/** Every cell of the registry with every choice of its options. */
export const cells = registry.flatMap((cell) => variantsOf(cell) as CellChoice[]);

/** The forms in which ONNX can hold a cell: as operators, if it has one for it. */
export function formsOf({ type, ...options }: CellChoice): OnnxForm[] {
  const cell = registry.find((entry) => entry.type === type)!.create(options as never);
  return cell.onnx === undefined ? ['scan'] : ['operators', 'scan'];
}

/** The short form of a model: equal layers. */
export interface ShortForm {
  readonly vocabularySize: number;
  readonly cell: CellChoice;
  readonly layers: number;
  readonly embeddingSize: number;
  readonly hiddenSize: number;
  readonly dropout: number;
  readonly tieWeights: boolean;
}

/** The options of a model of equal layers. */
export function equalLayers({ vocabularySize, ...section }: ShortForm): ModelOptions {
  return modelOptions(section, vocabularySize, 'the test');
}

/** A model of two equal layers, small enough for the reference engine. */
export function twoLayers(cell: CellChoice): ModelOptions {
  return equalLayers({
    vocabularySize: 11,
    cell,
    layers: 2,
    embeddingSize: 5,
    hiddenSize: 7,
    dropout: 0,
    tieWeights: false,
  });
}

/** Names of the parts of a model's state. */
export function stateNames(model: ModelOptions): string[] {
  return architectureOf(model).states.map(({ name }) => name);
}
