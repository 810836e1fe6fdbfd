import { cells } from '../cells/index.js';
import type { LayerDeclaration } from './layer.js';
import { recurrentLayer } from './recurrent.js';

/** The registry of layers: one for each cell, and those that are no recurrence. The first is the default. */
export const layerTypes: readonly LayerDeclaration[] = [...cells.map(recurrentLayer)];
