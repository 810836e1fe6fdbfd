import { attentionMap } from './attention-map.js';
import { comparison } from './comparison.js';
import { curves } from './curves.js';
import { distances } from './distances.js';
import { embeddingMap } from './embedding-map.js';
import { findingsPart } from './findings.js';
import { flowByLag } from './flow-by-lag.js';
import { layerMemory } from './layer-memory.js';
import { modelCard } from './model-card.js';
import type { ReportPart } from './part.js';
import { predictionFit } from './prediction-fit.js';
import { samples } from './samples.js';
import { searchPart } from './search.js';
import { stepSizes } from './step-sizes.js';
import { heldOutSurprisal } from './surprisal.js';
import { trackingUnits } from './tracking-units.js';

/** The sections of a report in their order. To add one: a file with a {@link ReportPart}, and a line here. */
export const reportParts: readonly ReportPart[] = [
  searchPart,
  modelCard,
  findingsPart,
  comparison,
  curves,
  samples,
  heldOutSurprisal,
  stepSizes,
  flowByLag,
  layerMemory,
  trackingUnits,
  predictionFit,
  distances,
  attentionMap,
  embeddingMap,
];
