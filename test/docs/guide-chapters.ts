import { linksOf, readPage } from './commands.js';

/** The chapters of the guide, in the order of its contents. */
export const guideChapters = [...new Set(linksOf(readPage('docs/guide/README.md')))]
  .filter((path) => path.startsWith('docs/guide/'))
  .map(readPage);

/** What a block of the guide may need, `sh needs NAME`. The contents of the guide say what becomes of such a block. */
export const requirements = ['network', 'time', 'onnxruntime-node', 'torch'] as const;
