import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { evaluateBothContexts } from '../../src/evaluate/both-contexts.js';
import { evaluatePerplexity } from '../../src/evaluate/perplexity.js';
import { type OpenedModel, openModel } from '../../src/run/open-model.js';
import { writeRandomModel } from '../sample/trained-model.js';
import { expectRefusal } from './expect-refusal.js';
import { shell, textloom } from './textloom.js';
import { createWorkplace } from './workplace.js';

const { folder, remove, write } = createWorkplace();
afterAll(remove);
const text = 'the fox said to the crow.\na crow was there.\n';
write('text.txt', text);
const layers = { layers: 1, hiddenSize: 8 };
writeRandomModel(folder, { model: { ...layers, bidirectional: true } }, 'both.safetensors');
writeRandomModel(folder, { model: { ...layers, direction: 'backward' } }, 'backward.safetensors');
writeRandomModel(folder, { model: layers }, 'forward.safetensors');
const run = (...args: string[]) => textloom(args, folder);
const json = async (...args: string[]) => JSON.parse((await run(...args, '--json')).stdout);

const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
const opened = (name: string) => openModel(join(folder, name), engine);

describe('a bidirectional model', () => {
  it('is evaluated in both directions, and by the pseudo-perplexity of both', async () => {
    const model = opened('both.safetensors') as OpenedModel & { backward: OpenedModel };
    const tokens = model.tokenizer.encode(text);
    const { perplexity, directions } = await json('evaluate', 'both.safetensors', 'text.txt');
    const expected = {
      forward: await evaluatePerplexity({ model, engine, tokens }),
      backward: await evaluatePerplexity({ model: model.backward, engine, tokens: tokens.toReversed() }),
      combined: await evaluateBothContexts({ forward: model, backward: model.backward, engine, tokens }),
    };
    expect(perplexity).toBe(expected.forward.perplexity);
    expect(directions.forward).toEqual(expected.forward);
    expect(directions.backward).toEqual(expected.backward);
    const { perplexity: pseudoPerplexity, ...rest } = expected.combined;
    expect(directions.combined).toEqual({ pseudoPerplexity, ...rest });
    const { stdout } = await run('evaluate', 'both.safetensors', 'text.txt');
    expect(stdout).toMatch(
      /both directions\nforward perplexity +[\d.]+\nbackward perplexity +[\d.]+\npseudo-perplexity +[\d.]+\n/,
    );
  });

  it('is sampled by its forward stack', async () => {
    const sample = await json('sample', 'both.safetensors', '-p', 'the', '-n', '12');
    expect(sample.samples[0].text).toHaveLength(12);
  });

  it('is exported one stack at a time, and the file is a model of that direction', async () => {
    const { direction, path } = await json('export', 'both.safetensors', '--to', 'onnx', '--direction', 'backward');
    expect([direction, path]).toEqual(['backward', 'both-backward.onnx']);
    const own = (await json('evaluate', 'both.safetensors', 'text.txt')).directions;
    expect((await json('evaluate', 'both-backward.onnx', 'text.txt')).natsPerToken).toBeCloseTo(own.backward.natsPerToken, 5);
    expect((await json('export', 'both.safetensors', '--to', 'onnx')).direction).toBe('forward');
    const exported = await json('evaluate', 'both.onnx', 'text.txt');
    expect(exported.natsPerToken).toBeCloseTo(own.forward.natsPerToken, 5);
    expect(exported.directions).toBeUndefined();
    expectRefusal(await run('fill', 'both.onnx', 'the ___'), { code: 2, says: 'model.bidirectional: true' });
    expectRefusal(await run('export', 'forward.safetensors', '--to', 'pytorch', '--direction', 'backward'), {
      code: 2,
      says: 'reads only forward',
    });
    expectRefusal(await run('export', 'both.safetensors', '--to', 'vectors', '--direction', 'backward'), {
      code: 2,
      says: 'share the embedding',
    });
  });

  it('is exported to weights that import makes a model of one direction of again', async () => {
    await run('export', 'both.safetensors', '--to', 'safetensors', '--direction', 'backward', '-o', 'weights.safetensors');
    const { code, stderr } = await run('import', 'weights.safetensors', '-o', 'imported.safetensors');
    expect([code, stderr]).toEqual([0, '']);
    const own = (await json('evaluate', 'both.safetensors', 'text.txt')).directions;
    expect((await json('evaluate', 'imported.safetensors', 'text.txt')).nats).toBe(own.backward.nats);
  });

  it('gives vectors of words in their contexts, from a file or standard input', async () => {
    const args = ['export', 'both.safetensors', '--to', 'vectors', '--contextual', '--word', 'fox', '--word', 'crow'];
    const { files, found } = await json(...args, '--text', 'text.txt');
    expect([files[0].path, found]).toEqual(['both-contextual.vec', { fox: 1, crow: 2 }]);
    expect(readFileSync(join(folder, 'both-contextual.vec'), 'utf8')).toMatch(/^3 16\nfox:1:5 \S+( \S+){15}\ncrow:1:21 /);
    const piped = await shell(`echo 'a fox and a crow' | textloom ${args.join(' ')} --overwrite --text -`, folder);
    expect(piped.stdout).toContain('1 time in standard input');
    expectRefusal(await run(...args), { code: 2, says: '--contextual needs --text' });
    expectRefusal(await run('export', 'both.safetensors', '--to', 'vectors', '--word', 'fox'), {
      code: 2,
      says: '--word without --contextual',
    });
    expectRefusal(
      await run('export', 'both.safetensors', '--to', 'onnx', '--contextual', '--text', 'text.txt', '--word', 'fox'),
      { code: 2, says: 'only --to vectors' },
    );
  });
});

describe('a model that reads backward', () => {
  let tokens: Int32Array;
  beforeAll(() => {
    tokens = opened('backward.safetensors').tokenizer.encode(text);
  });

  it('is evaluated on the reversed tokens, and reports surprisals in the order of the text', async () => {
    const model = opened('backward.safetensors');
    const expected = await evaluatePerplexity({ model, engine, tokens: tokens.toReversed() });
    const result = await json('evaluate', 'backward.safetensors', 'text.txt', '--surprisals', 'nats.tsv');
    expect(result.nats).toBe(expected.nats);
    expect(result.characters).toBe(text.length - 1);
    const rows = readFileSync(join(folder, 'nats.tsv'), 'utf8')
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((row) => row.split('\t'));
    expect(rows.map(([, offset]) => Number(offset))).toEqual([...Array(text.length - 1).keys()]);
    expect(rows.map(([, , token]) => token!.replace('\\n', '\n')).join('')).toBe(text.slice(0, -1));
    // The first row is the token that is predicted last.
    const shorter = await evaluatePerplexity({ model, engine, tokens: tokens.subarray(1).toReversed() });
    expect(Number(rows[0]![3])).toBeCloseTo(expected.nats - shorter.nats, 4);
  });

  it('writes the text before a prompt', async () => {
    const { stdout } = await run('sample', 'backward.safetensors', '-p', ' the crow.', '-n', '15');
    expect(stdout).toMatch(/^[\s\S]{15} the crow\.\n$/);
    const { samples } = await json('sample', 'backward.safetensors', '-p', ' the crow.', '-n', '15');
    expect(stdout).toBe(`${samples[0].text} the crow.\n`);
  });

  it('is compared with models of its direction only, and shows no text while it is written', async () => {
    const compare = await json('evaluate', 'backward.safetensors', 'text.txt', '--compare', 'backward.safetensors');
    expect(compare.comparison.difference).toBe(0);
    expectRefusal(await run('evaluate', 'backward.safetensors', 'text.txt', '--compare', 'forward.safetensors'), {
      code: 2,
      says: 'compare models of one direction',
    });
    for (const flags of [['--show-probabilities'], ['--stop', 'a'], ['--regex', 'a+'], ['--interactive']])
      expectRefusal(await run('sample', 'backward.safetensors', '-p', 'a', ...flags), {
        code: 2,
        says: flags[0] === '--stop' || flags[0] === '--regex' ? 'from their end' : flags[0]!,
      });
  });

  it('is exported to a file that reads backward too', async () => {
    await run('export', 'backward.safetensors', '--to', 'onnx');
    const own = await json('evaluate', 'backward.safetensors', 'text.txt');
    expect((await json('evaluate', 'backward.onnx', 'text.txt')).natsPerToken).toBeCloseTo(own.natsPerToken, 5);
    expect((await json('sample', 'backward.onnx', '-p', 'a', '-n', '9', '--temperature', '0')).samples).toEqual(
      (await json('sample', 'backward.safetensors', '-p', 'a', '-n', '9', '--temperature', '0')).samples,
    );
  });
});
