import { expect, test } from 'vitest';
import { expectRefusal } from './expect-refusal.js';
import { textloom } from './textloom.js';
import { createWorkplace } from './workplace.js';

const config = `corpus:
  path: names.txt
  documents: lines
  sequences: documents
  generator: { type: names }
model: { layers: 1, hiddenSize: 24 }
training:
  epochs: 2
  batchSize: 16
  sequenceLength: 12
  optimizer: { type: adam, learningRate: 0.01 }
engine: { type: typed-array, threads: 1 }
`;

test('a list of names is trained on, forecast, evaluated, sampled from and exported, line by line', async ({
  onTestFinished,
}) => {
  const { folder, write, remove } = createWorkplace();
  onTestFinished(remove);
  write('names.yaml', config);
  const run = (...args: string[]) => textloom(args, folder);
  await run('corpus', 'generate', 'names', '--characters', '12000', '--output', 'names.txt');

  const plan = JSON.parse((await run('train', 'names.yaml', '--dry-run', '--json')).stdout);
  const trained = await run('train', 'names.yaml');
  expect(trained.code).toBe(0);
  expect(trained.stderr).not.toContain('one stream');
  // The floor is that of the whole validation text: its first character is predicted as well.
  const [, floor, above] = /the entropy of this text is (\d\.\d+) nats; the model is (\d+\.\d)% above it/.exec(trained.stderr)!;
  expect(Number(floor)).toBeCloseTo(plan.validationFloor, 3);
  expect(Number(above)).toBeLessThan(40);
  expect(trained.stderr).toContain(`/${plan.steps}  epoch 2/2`);

  const whole = JSON.parse((await run('evaluate', 'runs/names', '--json')).stdout);
  expect(whole).toMatchObject({ reading: 'each document', split: 'test', comparedWithTraining: 'same' });
  // Characters, and one end for each line.
  write('two.txt', 'Anna\n\nBo\n');
  write('anna.txt', 'Anna\n');
  write('bo.txt', 'Bo');
  const scores = await Promise.all(
    ['two.txt', 'anna.txt', 'bo.txt'].map(async (text) =>
      JSON.parse((await run('evaluate', 'runs/names', text, '--json')).stdout),
    ),
  );
  expect(scores.map(({ tokens, characters }) => [tokens, characters])).toEqual([
    [8, 8],
    [5, 5],
    [3, 3],
  ]);
  const { stdout: words } = await run('evaluate', 'runs/names', 'two.txt', '--surprisals', '-', '--unit', 'word');
  // The end of the last line is a word of its own, as in any text.
  expect(words.split('\n').map((row) => row.split('\t').slice(1, 3).join(' '))).toEqual([
    'offset word',
    '0 Anna',
    '5 Bo',
    '8 ',
    '',
  ]);
  expect(scores[0].nats).toBeCloseTo(scores[1].nats + scores[2].nats, 4);

  const { stdout } = await run('sample', 'runs/names', '--num-samples', '20', '--json');
  const { samples } = JSON.parse(stdout);
  expect(samples).toHaveLength(20);
  for (const { text, finish } of samples) {
    expect(finish).toBe('end');
    expect(text).not.toContain('\n');
  }
  const { stdout: one } = await run('sample', 'runs/names', '-p', 'Ka', '--temperature', '0');
  expect(one).toMatch(/^Ka[a-z]*\n$/);

  expect((await run('export', 'runs/names', '-o', 'names.onnx')).code).toBe(0);
  expect((await run('sample', 'names.onnx', '-p', 'Ka', '--temperature', '0')).stdout).toBe(one);
  const exported = JSON.parse((await run('evaluate', 'names.onnx', 'two.txt', '--json')).stdout);
  expect(exported.nats).toBeCloseTo(scores[0].nats, 3);

  expectRefusal(await run('evaluate', 'runs/names', 'two.txt', '--window', '4'), {
    code: 2,
    says: '--window: the documents of this model are independent',
  });
  expectRefusal(await run('evaluate', 'runs/names', 'two.txt', '--context'), {
    code: 2,
    says: '--context: this model reads nothing before the document',
  });
});

test('typed lines are the beginnings of documents of their own', async ({ onTestFinished }) => {
  const { folder, write, remove } = createWorkplace();
  onTestFinished(remove);
  write('names.yaml', config);
  const run = (...args: string[]) => textloom(args, folder);
  await run('corpus', 'generate', 'names', '--characters', '6000', '--output', 'names.txt');
  await run('train', 'names.yaml', '--quiet');
  const { shell } = await import('./textloom.js');
  const { stdout } = await shell("printf 'Ka\\nKa\\n' | textloom sample runs/names --interactive --temperature 0", folder);
  const [first, second, ...rest] = stdout.split('\n');
  expect(first).toMatch(/^Ka/);
  expect(second).toBe(first);
  expect(rest).toEqual(['']);
});
