import { cells } from '../cells/index.js';
import type { LayerDeclaration } from './layer.js';
import { recurrentLayer } from './recurrent.js';

/** The registry of layers: one for each cell. The first is the default. A layer that is not recurrent is a line of its own here. */
export const layerTypes: readonly LayerDeclaration[] = cells.map(recurrentLayer);
