import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readModelFile } from '../../src/run/model-file.js';
import { writeRandomModel } from '../sample/trained-model.js';
import { expectRefusal } from './expect-refusal.js';
import { textloom } from './textloom.js';
import { createWorkplace, smallConfig } from './workplace.js';

const { folder, remove, write } = createWorkplace();
afterAll(remove);
const evaluate = (...args: string[]) => textloom(['evaluate', 'runs/small', ...args], folder);
const original = readFileSync(join(folder, 'corpus.txt'), 'utf8');
const fable = 'The fox saw the crow.\nThe crow saw the fox.\n\n';

describe('a corpus that has changed since a model was trained on it', () => {
  beforeAll(async () => {
    await textloom(['train', 'small.yaml', '--quiet'], folder);
  });

  it('is detected by the digests in the model file, which are those of the text of each split', () => {
    // 2,700 characters, 45 a fable, cut after lines: 0.9, 0.05, 0.05 by default.
    const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
    expect(readModelFile(join(folder, 'runs/small/model.safetensors')).training).toMatchObject({
      splitDigests: {
        train: sha256(original.slice(0, 2430)),
        validation: sha256(original.slice(2430, 2565)),
        test: sha256(original.slice(2565)),
      },
    });
  });

  it('is evaluated without a notice when it has not changed', async () => {
    write('corpus.txt', original);
    expect((await evaluate()).stdout.split('\n').slice(1, 3)).toEqual([expect.stringMatching(/^read as one stream/), '']);
    expect(JSON.parse((await evaluate('--json')).stdout)).toMatchObject({ split: 'test', comparedWithTraining: 'same' });
  });

  it('is refused when the split may contain training text', async () => {
    write('corpus.txt', `${fable.repeat(9)}${original}`);
    const says = ['the test split (corpus.txt, characters', 'is not the text that was held out', 'Restore the corpus'];
    expectRefusal(await evaluate(), { code: 3, says });
    expectRefusal(await evaluate('--split', 'validation'), { code: 3, says: 'the validation split' });
    expect(await evaluate('corpus.txt')).toMatchObject({ code: 0, stderr: '' });
  });

  it('is evaluated with a notice when the training split is the same', async () => {
    write('corpus.txt', `${original.slice(0, -45)}${fable.toUpperCase().replace(/[^T\n]/g, ' ')}`);
    const { code, stdout } = await evaluate();
    expect([code, stdout]).toEqual([0, expect.stringContaining('the test split has changed since the model was trained')]);
  });

  it('is evaluated with a notice when the training split is requested, and is not used for comparisons', async () => {
    write('corpus.txt', `${fable}${original}`);
    const { code, stdout } = await evaluate('--split', 'train');
    expect([code, stdout]).toEqual([0, expect.stringContaining('not the text that the model was trained on')]);
    write('text.txt', fable.repeat(3));
    const compared = await evaluate('text.txt', '--baselines');
    expectRefusal(compared, { code: 3, says: ['--baselines: it compares with the training text', 'leave --baselines out'] });
  });

  it('cannot be detected for a model file without digests, which a notice says', async () => {
    write('lower.txt', 'the fox saw the crow.\n'.repeat(40));
    writeRandomModel(folder, { corpus: { path: 'lower.txt' } }, 'older.safetensors');
    const { code, stdout } = await textloom(['evaluate', 'older.safetensors'], folder);
    expect([code, stdout]).toEqual([
      0,
      expect.stringContaining('cannot be compared with that of the training: the model file has no digest of it'),
    ]);
  });

  it('is reported when a run is resumed with another validation text', async () => {
    write('train.txt', original);
    write('valid.txt', fable.repeat(3));
    write('files.yaml', smallConfig.replace('path: corpus.txt', 'train: train.txt, validation: valid.txt'));
    await textloom(['train', 'files.yaml', '--quiet'], folder);
    write('valid.txt', fable.repeat(4));
    const { code, stderr } = await textloom(['train', 'runs/files', '--resume'], folder);
    expect([code, stderr]).toEqual([0, expect.stringContaining('the validation text is not the one of this run so far')]);
  });
});
