import { cells } from '../cells/index.js';
import { attention } from './attention.js';
import { batchNormalization } from './batch-normalization.js';
import { feedForward } from './feed-forward.js';
import type { LayerDeclaration } from './layer.js';
import { normalization } from './normalization.js';
import { recurrentLayer } from './recurrent.js';
import { transformer } from './transformer.js';

/** One recurrent layer type for each cell. */
export const recurrentLayers: readonly LayerDeclaration[] = cells.map(recurrentLayer);

/** The registry of layers: one for each cell, and a line for each layer that is not recurrent. The first is the default. */
export const layerTypes: readonly LayerDeclaration[] = [
  ...recurrentLayers,
  feedForward,
  normalization,
  batchNormalization,
  attention,
  transformer,
];
