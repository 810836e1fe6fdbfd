import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDocumentSplitter } from '../../../src/text/reading/documents.js';
import type { DocumentSeparation } from '../../../src/text/reading/reading-options.js';
import { documentsOf } from './files.js';

function split(pieces: readonly string[], documents: DocumentSeparation): Promise<string[]> {
  const splitter = createDocumentSplitter(documents);
  return documentsOf([...pieces.flatMap(splitter.push), ...splitter.end()]);
}

describe('documents', () => {
  it.each<[DocumentSeparation, string, string[]]>([
    ['files', 'a\n\nb', ['a\n\nb']],
    ['blank-lines', 'a\nb\n\n \t\r\nc', ['a\nb\n', 'c']],
    ['blank-lines', '\n\na\r\n\r\n  b\n\n', ['a\r\n', '  b\n']],
    ['blank-lines', 'a\n  ', ['a\n']],
    ['blank-lines', ' \n', []],
    ['lines', 'Ann\n\nBo b\r\n \t\n c\rd ', ['Ann', 'Bo b', ' c\rd ']],
    ['lines', '\r\n\na\r', ['a']],
    ['lines', ' \n ', []],
    [{ marker: '<|end|>' }, 'a<|end|>\nb\n<|end|>\r\n\nc<|en', ['a', 'b\n', '\nc<|en']],
    [{ marker: '<|end|>' }, '<|end|><|end|>\n<|end|>a', ['a']],
    [{ marker: '--' }, 'a---b', ['a', '-b']],
    [{ marker: '😀' }, 'a😀b', ['a', 'b']],
  ])('%j of %j', async (documents, text, expected) => {
    expect(await split([text], documents)).toEqual(expected);
    expect(await split([...text], documents)).toEqual(expected);
  });

  it('are the same however the text is cut', async () => {
    const text = fc.string({ unit: fc.constantFrom('a', '\n', '\r', ' ', '<', '>', '<>', '😀', '\n\n'), maxLength: 40 });
    const separations = fc.constantFrom<DocumentSeparation>(
      'files',
      'lines',
      'blank-lines',
      { marker: '<>' },
      { marker: '<><' },
    );
    await fc.assert(
      fc.asyncProperty(text, separations, fc.nat(5), async (whole, documents, length) => {
        const characters = [...whole];
        const pieces: string[] = [];
        while (characters.length > 0) pieces.push(characters.splice(0, length + 1).join(''));
        const found = await split(pieces, documents);
        expect(found).toEqual(await split([whole], documents));
        if (documents === 'blank-lines') expect(found).toEqual(runsOfLines(whole));
        if (documents === 'lines') expect(found).toEqual(linesOf(whole));
      }),
      { numRuns: 500 },
    );
  });

  it('are not held back by an endless line of spaces', async () => {
    const blanks = ' '.repeat(1 << 20);
    for (const documents of ['blank-lines', 'lines'] as const) {
      const splitter = createDocumentSplitter(documents);
      expect(splitter.push(`${blanks}${blanks}`)).toEqual([{ text: blanks + blanks, endsDocument: false }]);
    }
  });

  it('count the blank lines between lines, however the text is cut', () => {
    const text = 'a\n\n \t\r\nb\n\r\n  ';
    for (const pieces of [[text], [...text]]) {
      let blank = 0;
      const splitter = createDocumentSplitter('lines', () => blank++);
      for (const piece of pieces) splitter.push(piece);
      splitter.end();
      expect(blank).toBe(4);
    }
  });
});

/** The plain meaning of blank-lines. */
function runsOfLines(text: string): string[] {
  const runs = [''];
  for (const line of text.split(/(?<=\n)/)) {
    if (/^[ \t\r\n]*$/.test(line)) runs.push('');
    else runs[runs.length - 1] += line;
  }
  return runs.filter((run) => run !== '');
}

/** The plain meaning of lines. */
const linesOf = (text: string) =>
  text
    .split(/\r?\n/)
    .map((line, i, all) => (i === all.length - 1 ? line.replace(/\r$/, '') : line))
    .filter((line) => /[^ \t\r]/.test(line));
