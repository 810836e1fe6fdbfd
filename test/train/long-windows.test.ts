import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { resolveConfig } from '../../src/config/resolve.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { smallText, train } from './run-fixture.js';

const program = join(import.meta.dirname, '../../bin/textloom.js');

function config(folder: string, characters: number, training: object, engine: object = {}, layers = 1) {
  const path = join(folder, 'corpus.txt');
  writeFileSync(path, smallText(characters));
  return resolveConfig({
    corpus: { path, split: { train: 1 }, boundary: 'character' },
    model: { layers, hiddenSize: 4 },
    training: { steps: 3, ...training },
    engine: { type: 'typed-array', ...engine },
  });
}

describe('a long window', () => {
  test('with one row per shard is compiled on a small stack: nothing recurses over its steps', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'f.txt'), smallText(2100));
    writeFileSync(
      join(folder, 'c.yaml'),
      'corpus: { path: f.txt, split: { train: 1 } }\nmodel: { layers: 1, hiddenSize: 4 }\n' +
        'training: { steps: 1, batchSize: 2, sequenceLength: 400 }\nengine: { shards: 2, threads: 1 }\n',
    );
    // Node's default is 984 KB.
    const { status, stderr } = spawnSync(process.execPath, ['--stack-size=150', program, 'train', 'c.yaml'], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(stderr).toContain('done after step 1 and 800 tokens');
    expect(status).toBe(0);
  });

  test('is cut to the length of the streams, which trains as windows of that length do', async () => {
    const folder = temporaryFolder();
    // 160 predictions in 4 streams of 40.
    const losses = async (sequenceLength: number) => {
      const given = config(folder, 161, { batchSize: 4, sequenceLength });
      const characters = given.corpus as { path: string };
      writeFileSync(characters.path, smallText(200).slice(0, 161));
      const events = await train(given, join(folder, String(sequenceLength)));
      return events.flatMap((event) => (event.type === 'step' ? [event.loss] : []));
    };
    const [exact, longer] = [await losses(40), await losses(60_000)];
    expect(exact.length).toBe(3);
    expect(longer).toEqual(exact);
  });

  test.each([
    ['typed-array', 1, 9000, 8192, ''],
    ['typed-array', 3, 4000, 2730, ''],
    ['onnxruntime', 2, 600, 500, '; with engine.type typed-array it may be longer'],
  ])(
    'beyond what %s compiles with %i layers is refused with the limit',
    async (type, layers, sequenceLength, longest, more) => {
      const folder = temporaryFolder();
      const given = config(folder, 20_000, { batchSize: 2, sequenceLength }, { type }, layers);
      const name = type === 'onnxruntime' ? 'onnxruntime (cpu)' : type;
      await expect(train(given, join(folder, 'run'))).rejects.toMatchObject({
        kind: 'usage',
        message:
          `training.sequenceLength ${sequenceLength} with ${layers === 1 ? 'one recurrent layer' : `${layers} recurrent layers`} is ${sequenceLength * layers} steps of a layer in a ` +
          `window; the ${name} engine compiles at most ${longest * layers + (type === 'typed-array' ? 8192 % layers : 0)}: ` +
          `set training.sequenceLength to at most ${longest}${more}`,
      });
    },
  );
});
