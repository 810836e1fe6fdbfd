import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, it } from 'vitest';
import { skipReason } from '../../outside-programs.js';
import { expectRefusal } from '../expect-refusal.js';
import { textloom } from '../textloom.js';
import { createWorkplace, type Workplace } from '../workplace.js';

/** What stands in the place of the corpus, flags of the command, and what is said. */
const cases: readonly {
  what: string;
  prepare?: (workplace: Workplace) => unknown;
  flags?: string[];
  code?: number;
  says: string | string[];
}[] = [
  { what: 'that is not there', flags: ['--set', 'corpus.path=nowhere.txt'], says: ['nowhere.txt', 'no such file'] },
  { what: 'that is empty', prepare: ({ write }) => write('corpus.txt', ''), says: ['corpus.txt', 'the file is empty'] },
  { what: 'that is binary', prepare: ({ write }) => write('corpus.txt', 'text\nmore\0text'), says: ['corpus.txt', 'NUL'] },
  {
    what: 'that is not UTF-8',
    prepare: ({ write }) => write('corpus.txt', Buffer.from('a fine caf\xe9\n', 'latin1')),
    says: ['corpus.txt', 'UTF-8'],
  },
  {
    what: 'that is an empty folder',
    prepare: ({ folder }) => mkdirSync(join(folder, 'texts')),
    flags: ['--set', 'corpus.path=texts'],
    says: ['texts', 'the folder has no files'],
  },
  {
    what: 'that is a pattern which fits nothing',
    flags: ['--set', 'corpus.path=c*.text'],
    says: ['c*.text', 'no file fits this pattern'],
  },
  {
    what: 'of packed data that breaks off',
    prepare: ({ write }) => write('corpus.gz', gzipSync('the fox and the crow '.repeat(99)).subarray(0, 40)),
    flags: ['--set', 'corpus.path=corpus.gz'],
    says: ['corpus.gz', 'the gzip data ends early'],
  },
  {
    what: 'with a broken line of JSON',
    prepare: ({ write }) => write('corpus.jsonl', '{"text": "one"}\n{"text": two}\n'),
    flags: ['--set', 'corpus.path=corpus.jsonl'],
    says: ['corpus.jsonl:2', 'not JSON'],
  },
  {
    what: 'with a file that is in two parts',
    prepare: ({ write }) =>
      write('parts.yaml', 'corpus: { train: [corpus.txt], validation: "*.txt" }\ntraining: { steps: 1 }\n'),
    flags: ['parts.yaml'],
    says: ['corpus.txt is in corpus.train and in corpus.validation'],
  },
  {
    what: 'without JSON although a field is named',
    flags: ['--set', 'corpus.field=body'],
    code: 2,
    says: ['corpus.field is "body"', '.jsonl'],
  },
  {
    what: 'without documents at whose ends the state could be reset',
    flags: ['--set', 'corpus.resetState=true'],
    code: 2,
    says: ['corpus.resetState is true', 'corpus.documents is "none" by default'],
  },
  {
    what: 'whose documents have no such separator',
    flags: ['--set', 'corpus.documents=pages'],
    code: 2,
    says: ['corpus.documents is "pages"', 'none, lines, blank-lines, files, or a map with the key marker'],
  },
  {
    what: 'whose documents have an empty marker',
    flags: ['--set', 'corpus.documents={marker: ""}'],
    code: 2,
    says: ['corpus.documents.marker is ""', 'a text of 1 to 1000 characters'],
  },
  {
    what: 'in a normal form that there is not',
    flags: ['--set', 'corpus.normalization.unicode=NFX'],
    code: 2,
    says: ['corpus.normalization.unicode is "NFX"', 'NFC, NFKC'],
  },
  {
    what: 'in a list with something else in it',
    flags: ['--set', 'corpus.path=[corpus.txt, 1]'],
    code: 2,
    says: ['corpus.path.1 is 1', 'a path'],
  },
  {
    what: 'in an empty list',
    flags: ['--set', 'corpus.path=[]'],
    code: 2,
    says: 'corpus.path is a list; allowed: a path, or a list of paths',
  },
  {
    what: 'in a map',
    flags: ['--set', 'corpus.path={}'],
    code: 2,
    says: 'corpus.path is a map; allowed: a path, or a list of paths',
  },
  {
    what: 'that is a link to nothing',
    prepare: ({ folder }) => symlinkSync('nothing', join(folder, 'link.txt')),
    flags: ['--set', 'corpus.path=link.txt'],
    says: 'no such file',
  },
  { what: 'below a file', flags: ['--set', 'corpus.path=corpus.txt/part.txt'], says: 'not a folder' },
  { what: 'too small for the batch', flags: ['--set', 'training.batchSize=3000'], says: ['the training text', '3000'] },
  {
    what: 'without a place to cut it',
    flags: ['--set', 'corpus.boundary=document', '--set', 'corpus.split={train: 0.99, validation: 0.005, test: 0.005}'],
    says: ['split is empty when cut at blank lines', 'corpus.boundary: line'],
  },
  {
    what: 'whose validation file is missing',
    prepare: ({ write }) =>
      write('parts.yaml', 'corpus: { train: corpus.txt, validation: valid.txt }\ntraining: { steps: 1 }\n'),
    flags: ['parts.yaml'],
    says: ['valid.txt', 'no such file'],
  },
  {
    what: 'with characters in the validation part that the vocabulary has not',
    prepare: ({ write }) => write('corpus.txt', `${'the fox.\n'.repeat(250)}${'the ox, quick!\n'.repeat(10)}`),
    says: 'q',
  },
];

describe.concurrent('a corpus', () => {
  it.for(cases)('$what', async ({ prepare, flags = [], code = 3, says }, { onTestFinished }) => {
    const workplace = createWorkplace();
    onTestFinished(workplace.remove);
    prepare?.(workplace);
    const args = flags[0]?.endsWith('.yaml') ? flags : ['small.yaml', ...flags];
    expectRefusal(await textloom(['train', ...args], workplace.folder), { code, says });
  });

  // Root may read everything.
  const asRoot = skipReason(process.getuid?.() !== 0, 'another user than root');
  it.skipIf(asRoot)(`without read permission${asRoot}`, async ({ onTestFinished }) => {
    const { folder, remove } = createWorkplace();
    onTestFinished(remove);
    chmodSync(join(folder, 'corpus.txt'), 0);
    expectRefusal(await textloom(['train', 'small.yaml'], folder), { code: 3, says: 'permission denied' });
  });

  it('that is not the one the run began with', async ({ onTestFinished }) => {
    const { folder, write, remove } = createWorkplace();
    onTestFinished(remove);
    await textloom(['train', 'small.yaml', '--quiet'], folder);
    write('corpus.txt', 'The crow saw the fox.\nThe fox saw the crow.\n\n'.repeat(60));
    expectRefusal(await textloom(['train', 'runs/small', '--resume'], folder), {
      code: 3,
      says: 'not the one with which this run began',
    });
  });
});
