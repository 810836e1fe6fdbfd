import { afterAll, describe, it } from 'vitest';
import { words, writeRandomModel } from '../../sample/trained-model.js';
import { expectRefusal } from '../expect-refusal.js';
import { textloom } from '../textloom.js';
import { createWorkplace } from '../workplace.js';

const { folder, remove } = createWorkplace();
afterAll(remove);
writeRandomModel(folder, { tokenizer: { ...words, punctuation: 'separate' } });

const cases: readonly [args: string[], ...says: string[]][] = [
  [['train', 'small.yaml', '--set', 'tokenizer={type: word, case: upper}'], 'tokenizer.case is "upper"', 'keep, lower'],
  [['train', 'small.yaml', '--set', 'tokenizer={type: word, punctuation: yes}'], 'tokenizer.punctuation', 'attached, separate'],
  [['train', 'small.yaml', '--set', 'tokenizer={type: word, spaces: true}'], 'tokenizer.spaces is true', 'single, exact'],
  [
    ['train', 'small.yaml', '--set', 'tokenizer={type: byte, case: lower}'],
    'tokenizer.case is not a key when tokenizer.type is "byte"',
  ],
  [['sample', 'model.safetensors', '--regex', 'a+'], 'regular expressions do not support this model'],
];

describe.concurrent('textloom', () => {
  it.for(cases)('%j', async ([args, ...says]) => {
    expectRefusal(await textloom(args, folder), { code: 2, says });
  });
});
