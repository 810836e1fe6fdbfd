import { attentionMap } from './attention-map.js';
import { comparison } from './comparison.js';
import { curves } from './curves.js';
import { embeddingMap } from './embedding-map.js';
import { modelCard } from './model-card.js';
import type { ReportPart } from './part.js';
import { samples } from './samples.js';
import { searchPart } from './search.js';
import { heldOutSurprisal } from './surprisal.js';

/** The sections of a report in their order. To add one: a file with a {@link ReportPart}, and a line here. */
export const reportParts: readonly ReportPart[] = [
  searchPart,
  modelCard,
  comparison,
  curves,
  samples,
  heldOutSurprisal,
  attentionMap,
  embeddingMap,
];
