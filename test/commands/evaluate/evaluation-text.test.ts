import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { corpusSplit } from '../../../src/commands/evaluate/evaluation-text.js';
import { createReferenceEngine } from '../../../src/engine/reference/reference-engine.js';
import type { JsonMap } from '../../../src/foundation/strict-json.js';
import { temporaryFolder } from '../../files/temporary-folder.js';
import { randomModel } from '../../sample/trained-model.js';
import { writeFiles } from '../../text/reading/files.js';

const texts = {
  'train.txt': 'the crow and the fox.\n'.repeat(30),
  'test.txt': 'a fox ate the\n\ncheese.\n\nthen, the crow\n'.repeat(20),
};

/** A model whose corpus stands in a folder, as one text that is cut or as one text for each split. */
function place(kind: 'cut' | 'separate', resetState = false) {
  const folder = temporaryFolder();
  const path = writeFiles(folder, texts);
  // Where tokens go is the user's choice, not the model's.
  vi.stubEnv('XDG_CACHE_HOME', join(folder, 'user'));
  const cache = join(folder, 'user/textloom');
  const paths =
    kind === 'separate'
      ? { train: path('train.txt'), test: path('test.txt') }
      : { path: path('test.txt'), split: { train: 0.5, test: 0.5 }, boundary: 'document' };
  const corpus = { ...paths, cache: join(folder, 'chosen'), documents: resetState ? 'blank-lines' : 'none', resetState };
  const documentEnd = resetState ? { documentEnd: true } : {};
  const tokenizer = { type: 'byte', ...documentEnd };
  return { model: randomModel(createReferenceEngine(), { corpus: corpus as JsonMap, tokenizer }), cache };
}

describe('a text to evaluate on', () => {
  it.each([
    ['cut', false],
    ['cut', true],
    ['separate', false],
    ['separate', true],
  ] as const)('has the same tokens in the cache as in memory: %s, reset %s', async (kind, reset) => {
    const { model, cache } = place(kind, reset);
    const held = await corpusSplit(model);
    const small = await held.encode(model);
    const large = await corpusSplit(model, undefined, 10);
    const { source, close } = await large.open(model);
    expect(readdirSync(cache).some((name) => name.startsWith('tokens-'))).toBe(true);
    expect(existsSync(join(cache, '../../chosen'))).toBe(false);
    const read = new Int32Array(source.length);
    source.read(0, read, read.length);
    expect(read).toEqual(small.tokens);
    expect(read.length).toBeGreaterThan(300);
    const ends = [source, small.source].map((tokens) => {
      const marks = new Uint8Array(read.length);
      tokens.readDocumentEnds?.(0, marks, marks.length);
      return marks;
    });
    expect(ends[0]).toEqual(ends[1]);
    expect(ends[0]!.some((mark) => mark === 1)).toBe(reset);
    close();
    let text = '';
    for await (const piece of large.pieces()) text += piece;
    expect(text).toBe(await held.text());
    expect(large.name).toBe(held.name);
  });
});
