import { afterAll, describe, expect, it } from 'vitest';
import { writeRandomModel } from '../sample/trained-model.js';
import { textloom } from './textloom.js';
import { createWorkplace } from './workplace.js';

const { folder, write, remove } = createWorkplace();
afterAll(remove);
write('small-text.txt', 'the fox said to the crow, eat now.\n'.repeat(20));
for (const [name, cell] of Object.entries({ lstm: { type: 'lstm' }, gru: { type: 'gru', reset: 'after' } } as const))
  writeRandomModel(folder, { cell, range: 0.5 }, `${name}.safetensors`);

const both = (...args: string[]) =>
  Promise.all([[], ['--engine', 'onnxruntime']].map((flags) => textloom([...args, ...flags], folder)));

describe('--engine onnxruntime', () => {
  it.each(['lstm', 'gru'])('samples the same most likely text as the typed-array engine: %s', async (name) => {
    const args = ['sample', `${name}.safetensors`, '-p', 'the fox', '-n', '120', '--temperature', '0'];
    const [expected, actual] = await both(...args);
    expect(expected).toMatchObject({ code: 0, stderr: '' });
    expect(expected!.stdout.length).toBeGreaterThan(120);
    expect(actual).toEqual(expected);
  });

  it('measures the same perplexity', async () => {
    const results = await both('evaluate', 'lstm.safetensors', 'small-text.txt', '--json');
    const [expected, actual] = results.map(({ stdout }) => JSON.parse(stdout).natsPerToken as number);
    expect(actual).toBeCloseTo(expected!, 5);
  });

  it('trains, as if the config named it', async () => {
    const run = (...args: string[]) =>
      textloom(['train', 'small.yaml', '--overwrite', '--json', '--threads', '1', ...args], folder);
    const flags = await run('--engine', 'onnxruntime', '--provider', 'cpu');
    expect(flags.stdout).toContain('"engine":"onnxruntime (cpu)"');
    const config = await run('--set', 'engine={type: onnxruntime, provider: cpu}');
    expect(config.stdout).toBe(flags.stdout);
  });
});

describe('--engine auto', () => {
  it('reports its choice in one line, with the speeds of all engines', async () => {
    const { code, stderr } = await textloom(['train', 'small.yaml', '--engine', 'auto', '--output', 'auto'], folder);
    expect(stderr).toMatch(
      /^engine: (typed-array|onnxruntime \(\w+\)), \d threads?: [\d,]+ tokens\/s(; (typed-array|onnxruntime \(\w+\)):? [^;\n]+){2}\n/,
    );
    expect(code).toBe(0);
  });
});
