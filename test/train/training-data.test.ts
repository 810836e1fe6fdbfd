/** What reading a corpus for training says and records. */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../src/config/resolve.js';
import { loadTrainingData } from '../../src/train/training-data.js';
import { temporaryFolder } from '../files/temporary-folder.js';

const lines = 'the fox\nthe crow\na cheese\n'.repeat(20);

async function read(text: string, corpus: object = {}, rest: object = {}) {
  const path = join(temporaryFolder(), 'corpus.txt');
  writeFileSync(path, text);
  const notices: string[] = [];
  const split = { train: 0.8, validation: 0.2 };
  const config = resolveConfig({ corpus: { path, split, documents: 'lines', boundary: 'document', ...corpus }, ...rest });
  const data = await loadTrainingData(config, undefined, (notice) => void notices.push(notice));
  data.close();
  return { data, notices };
}

describe('the text of a run', () => {
  it('says how many blank lines are left out', async () => {
    expect((await read(lines)).notices).toEqual([]);
    expect((await read(`the crow\n\n${lines}`)).notices).toEqual(['1 blank line is left out of the corpus']);
    expect((await read(`the crow\n\n${lines}\n\n`)).notices).toEqual(['3 blank lines are left out of the corpus']);
  });

  it('has the digest of its tokens, and with related words also of their file', async () => {
    const word = { tokenizer: { type: 'word', minimumCount: 1 } };
    const path = join(temporaryFolder(), 'related.txt');
    writeFileSync(path, 'fox crow lion\n');
    const plain = (await read(lines, {}, word)).data;
    const related = await read(lines, {}, { ...word, training: { objective: { synonyms: { path, weight: 0.1 } } } });
    expect(plain.relations).toBeUndefined();
    expect(related.data.relations).toMatchObject({ words: 3, unknown: 1 });
    expect(related.notices).toEqual([
      `related words of ${path}: 1 of 3 words are not in the vocabulary; pairs of the others: 1`,
    ]);
    const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
    expect(related.data.digest).toBe(sha256(plain.digest + sha256('fox crow lion\n')));
    expect(related.data.splitDigests).toEqual(plain.splitDigests);
    expect((await read(`${lines}a fox\n`, {}, word)).data.digest).not.toBe(plain.digest);
  });

  it('has splits where the config has them, and no floor where no generator wrote it', async () => {
    const { data } = await read(lines, { split: { train: 1 } });
    for (const key of ['validation', 'test', 'validationFloor']) expect(data).not.toHaveProperty(key);
    expect(Object.keys(data.splitDigests)).toEqual(['train']);
    const halves = await read(lines);
    expect(halves.data.train.length + halves.data.validation!.length).toBe(data.train.length);
  });
});
