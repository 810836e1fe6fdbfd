import { linksOf, type Page, readPage } from './commands.js';

/** The chapters of the guide, in the order of its contents. */
export const guideChapters = [...new Set(linksOf(readPage('docs/guide/README.md')))]
  .filter((path) => path.startsWith('docs/guide/'))
  .map(readPage);

/** The chapter for teachers, whose claims are tested too: test/slow/guide-teachers.test.ts runs it in a folder of its own. */
export const teachersChapter = readPage('docs/guide/teachers.md');

export const hasOwnTest = ({ path }: Page) => path === teachersChapter.path;

/** What a block of the guide may need, `sh needs NAME`. The contents of the guide say what becomes of such a block. */
export const requirements = ['network', 'time', 'onnxruntime-node', 'torch'] as const;
