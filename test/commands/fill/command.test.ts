import { afterAll, describe, expect, it } from 'vitest';
import { characters, words, writeRandomModel } from '../../sample/trained-model.js';
import { expectRefusal } from '../expect-refusal.js';
import { textloom } from '../textloom.js';
import { createWorkplace } from '../workplace.js';

const { folder, remove } = createWorkplace();
afterAll(remove);
const bidirectional = { bidirectional: true, layers: 1, hiddenSize: 8 };
writeRandomModel(folder, { tokenizer: words, model: bidirectional }, 'both.safetensors');
writeRandomModel(folder, { tokenizer: words }, 'forward.safetensors');
writeRandomModel(folder, { tokenizer: characters, model: bidirectional }, 'characters.safetensors');
const fill = (...args: string[]) => textloom(['fill', ...args], folder);
const json = async (...args: string[]) => JSON.parse((await fill(...args, '--json')).stdout);

describe.concurrent('textloom fill', () => {
  it('shows texts with their scores, the best first', async () => {
    const { code, stdout, stderr } = await fill('both.safetensors', 'the ___ said to the ___', '--top', '3');
    expect([code, stderr]).toEqual([0, '']);
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    for (const line of lines) expect(line).toMatch(/^ +-\d+\.\d\d {2}the \w+ said to the \w+$/);
    const scores = lines.map((line) => Number(line.trim().split(' ')[0]));
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
  });

  it('gives the same in one JSON document, with the log-probability of each direction', async () => {
    const { model, text, forwardOnly, candidates } = await json(
      'both.safetensors',
      'the ___ said',
      '--top',
      '2',
      '--beams',
      '5',
    );
    expect([model, text, forwardOnly, candidates.length]).toEqual(['both.safetensors', 'the ___ said', false, 2]);
    for (const { text: filled, fills, tokens, score, forward, backward } of candidates) {
      expect(filled).toBe(`the ${fills[0]} said`);
      expect(words.tokens[tokens[0][0]]).toBe(fills[0]);
      expect(score).toBeCloseTo(forward + backward, 9);
    }
  });

  it('has blanks of open length where tokens are characters', async () => {
    const lengths = async (...flags: string[]) =>
      Math.max(
        ...(await json('characters.safetensors', 'the ___ said', '--top', '500', ...flags)).candidates.map(
          ({ fills }: { fills: string[] }) => fills[0]!.length,
        ),
      );
    expect(await lengths('--max-length', '2')).toBe(2);
    expect(await lengths('--max-length', '3')).toBe(3);
  });

  it('uses only the text before the blanks on request, also with a forward model', async () => {
    for (const model of ['both.safetensors', 'forward.safetensors']) {
      const { forwardOnly, candidates } = await json(model, 'the ___ said', '--forward-only');
      expect([forwardOnly, candidates[0].backward]).toEqual([true, undefined]);
    }
  });

  it('says what is wrong and what to do', async () => {
    expectRefusal(await fill('forward.safetensors', 'the ___'), {
      code: 2,
      says: ['forward.safetensors', 'model.bidirectional: true', '--forward-only'],
    });
    expectRefusal(await fill('both.safetensors', 'the fox'), { code: 2, says: 'TEXT has no blank' });
    expectRefusal(await fill('both.safetensors', 'the ___', '--top', '0'), { code: 2, says: '--top 0' });
    expectRefusal(await fill('both.safetensors'), { code: 2, says: 'one more argument' });
    expectRefusal(await fill('characters.safetensors', 'Z ___'), { code: 3, says: 'Z' });
  });
});
