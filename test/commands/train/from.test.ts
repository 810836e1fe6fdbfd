import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectRefusal } from '../expect-refusal.js';
import { textloom } from '../textloom.js';
import { createWorkplace } from '../workplace.js';

const { folder, write, remove } = createWorkplace();
afterAll(remove);

/** No model section and no tokenizer: they are those of the model. */
const config = `corpus: { path: new.txt }
training: { steps: 4, batchSize: 4, sequenceLength: 10, checkpoints: { everySteps: 2 } }
`;

beforeAll(async () => {
  write('new.txt', 'The crow fox saw.\nThe fox crow saw.\n\n'.repeat(60));
  write('foreign.txt', 'The zebra saw.\n\n'.repeat(90));
  write('new.yaml', config);
  expect(await textloom(['train', 'small.yaml', '--quiet'], folder)).toMatchObject({ code: 0 });
});

describe.concurrent('textloom train --from', () => {
  it('takes over model and tokenizer, says so, writes them to config.yaml, and is resumed without the model', async () => {
    const { code, stderr } = await textloom(['train', 'new.yaml', '--from', 'runs/small', '--output', 'tuned'], folder);
    expect([code, stderr]).toEqual([0, expect.stringMatching(/^831 parameters, a vocabulary of 15, /)]);
    expect(stderr).toMatch(/^weights of runs\/small\/model\.safetensors: all 15 tokens kept$/m);
    const sha256 = createHash('sha256')
      .update(readFileSync(join(folder, 'runs/small/model.safetensors')))
      .digest('hex');
    const yaml = readFileSync(join(folder, 'tuned/config.yaml'), 'utf8');
    expect(yaml).toContain(`  from:\n    path: ../runs/small\n    vocabulary: keep\n    sha256: ${sha256}\n`);
    const again = await textloom(['train', 'tuned', '--resume', '--quiet', '--set', 'training.steps=6'], folder);
    expect(again).toMatchObject({ code: 0, stderr: expect.not.stringContaining('training.from') });
  });

  it('is shown by --dry-run, and in the event that starts the run', async () => {
    const flags = ['--from', 'runs/small', '--set', 'corpus.path=foreign.txt', '--set', 'training.from.vocabulary=extend'];
    const plan = await textloom(['train', 'new.yaml', ...flags, '--dry-run'], folder);
    expect(plan.stdout).toMatch(/weights +runs\/small\/model\.safetensors: 15 tokens kept, 2 new,\s+0 dropped/);
    const { stdout } = await textloom(['train', 'new.yaml', ...flags, '--json', '--output', 'extended'], folder);
    expect(JSON.parse(stdout.split('\n')[0]!).startedFrom).toMatchObject({ kept: 15, added: 2, dropped: 0 });
  });

  it('is refused for characters that the vocabulary lacks', async () => {
    const flags = ['--from', 'runs/small', '--set', 'corpus.path=foreign.txt', '--output', 'foreign'];
    const outcome = await textloom(['train', 'new.yaml', ...flags], folder);
    expectRefusal(outcome, { code: 3, says: ['2 characters are not in the vocabulary', 'training.from.vocabulary to extend'] });
  });

  it('is refused where the config states another model', async () => {
    const flags = ['--from', 'runs/small', '--set', 'model.hiddenSize=9', '--output', 'other'];
    const outcome = await textloom(['train', 'new.yaml', ...flags], folder);
    expectRefusal(outcome, { code: 2, says: ['do not fit', 'model.layers.0.size is 9, the model has 8'] });
  });

  it('is refused with --resume, with the key that it sets, and for a path that is not a model', async () => {
    const resumed = await textloom(['train', 'runs/small', '--resume', '--from', 'runs/small'], folder);
    expectRefusal(resumed, { code: 2, says: ['--from and --resume'] });
    const twice = await textloom(['train', 'new.yaml', '--from', 'a', '--set', 'training.from.path=b'], folder);
    expectRefusal(twice, { code: 2, says: ['--from and --set training.from.path set the same key'] });
    const none = await textloom(['train', 'new.yaml', '--from', 'corpus.txt'], folder);
    expectRefusal(none, { code: 4, says: ['corpus.txt is a text, not a model'] });
  });

  it('gives an audit of the config the tokenizer of the model', async () => {
    write(
      'audited.yaml',
      `${config}`.replace('new.txt', 'foreign.txt').replace('steps: 4', 'steps: 4, from: { path: runs/small }'),
    );
    const { stdout } = await textloom(['corpus', 'audit', 'audited.yaml', '--json'], folder);
    expect(JSON.parse(stdout).parts[0].tokens.unknown).toBeGreaterThan(0);
  });
});
