import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { charactersWithEnd, independentDocuments, words, writeRandomModel } from '../../sample/trained-model.js';
import { shell, textloom } from '../textloom.js';
import { createWorkplace } from '../workplace.js';

const { folder, remove, write } = createWorkplace();
afterAll(remove);
writeRandomModel(folder, { range: 0.5 });
writeRandomModel(folder, { tokenizer: words }, 'words.safetensors');
writeRandomModel(folder, { tokenizer: { type: 'byte', documentEnd: true }, range: 0.1 }, 'bytes.safetensors');
writeRandomModel(
  folder,
  { tokenizer: { type: 'character', tokens: ['\x1b', '\x9b', '\r', 'a', '\u202e'] }, range: 0.01 },
  'wild.safetensors',
);

const attending = [
  { type: 'attention', size: 8, window: 4 },
  { type: 'transformer', heads: 2, window: 6 },
];
writeRandomModel(
  folder,
  { model: { embedding: { size: 8 }, layers: attending, head: { type: 'softmax' } } },
  'attention.safetensors',
);

const sample = (...args: string[]) => textloom(['sample', ...args], folder);
const json = async (...args: string[]) => JSON.parse((await sample(...args, '--json')).stdout);

describe('textloom sample', () => {
  it('writes the prompt, the requested number of tokens, and a line end', async () => {
    const { code, stdout, stderr } = await sample('model.safetensors', '-p', 'the fox', '-n', '30');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.startsWith('the fox')).toBe(true);
    expect(stdout.replace(/\n$/, '')).toHaveLength('the fox'.length + 30);
  });

  it('accepts a run directory, and writes the same text again', async () => {
    const [first, second] = await Promise.all([
      sample('.', '-n', '40'),
      sample('model.safetensors', '-n', '40', '--seed', '1'),
    ]);
    expect(first).toEqual(second);
    expect((await sample('.', '-n', '40', '--seed', '2')).stdout).not.toBe(first.stdout);
  });

  it('tells everything in one JSON document', async () => {
    const all = await json(
      'model.safetensors',
      '-p',
      'the',
      '-n',
      '12',
      '--num-samples',
      '2',
      '--temperature',
      '0.9',
      '--top-k',
      '9',
      '--top-p',
      '.95',
      '--min-p',
      '0.01',
    );
    expect(all).toEqual({
      model: 'model.safetensors',
      prompt: 'the',
      maximumTokens: 12,
      temperature: 0.9,
      topK: 9,
      topP: 0.95,
      minP: 0.01,
      seed: 1,
      samples: [0, 1].map((stream) => ({ text: expect.stringMatching(/^.{12}$/s), stream, tokens: 12, finish: 'length' })),
    });
    expect(all.samples[0].text).not.toBe(all.samples[1].text);
  });

  it('writes the samples that it counts in JSON, each from the prompt', async () => {
    const args = ['model.safetensors', '-p', 'so', '-n', '20', '--num-samples', '3', '--seed', '4'];
    const { samples } = await json(...args);
    const ended = (text: string) => (text.endsWith('\n') ? text : `${text}\n`);
    const texts = samples.map(({ text }: { text: string }, i: number) => `--- sample ${i + 1} of 3 ---\n${ended(`so${text}`)}`);
    expect((await sample(...args)).stdout).toBe(texts.join('\n'));
  });

  it('ends where one of the stop strings begins', async () => {
    const [{ text }] = (await json('model.safetensors', '-n', '60')).samples;
    const stop = text.slice(40, 43);
    const { samples } = await json('model.safetensors', '-n', '60', '--stop', 'never', '--stop', stop);
    expect(samples[0]).toMatchObject({ text: text.slice(0, text.indexOf(stop)), finish: 'stop' });
  });

  it('continues a file, including its last line end', async () => {
    write('prompt.txt', 'the fox\n');
    expect((await json('model.safetensors', '--prompt-file', 'prompt.txt', '-n', '9')).samples).toEqual(
      (await json('model.safetensors', '--prompt', 'the fox\n', '-n', '9')).samples,
    );
  });

  it('shows unknown words of the prompt as the model sees them', async () => {
    const { stdout } = await sample('words.safetensors', '-p', 'the  wolf', '-n', '3', '--temperature', '0');
    expect(stdout).toMatch(/^the <unk>[ \n]/);
  });

  it('shows control characters, sends them on request, and escapes them in JSON', async () => {
    const args = ['wild.safetensors', '-n', '200'];
    const [safe, raw, document] = await Promise.all([sample(...args), sample(...args, '--raw'), sample(...args, '--json')]);
    expect(safe.stdout).toMatch(/^([a\n]|\\u\{(1b|9b|d|202e)\})+$/);
    for (const character of ['\x1b', '\x9b', '\r', '\u202e']) {
      expect(raw.stdout).toContain(character);
      expect(document.stdout).not.toContain(character);
    }
    expect(JSON.parse(document.stdout).samples[0].text).toBe(raw.stdout.slice(0, -1));
  });

  it('ends quietly with exit code 141 when its reader ends before the text does, and with 0 when it does not', async () => {
    const piped = (tokens: number) =>
      shell(`textloom sample model.safetensors -n ${tokens} | head -c 100; echo " \${PIPESTATUS[0]}"`, folder);
    const { stdout, stderr } = await piped(1_000_000_000);
    expect({ written: stdout.slice(0, 100).length, status: stdout.slice(100), stderr }).toEqual({
      written: 100,
      status: ' 141\n',
      stderr: '',
    });
    expect(await piped(20)).toMatchObject({ stdout: expect.stringMatching(/ 0\n$/), stderr: '' });
  });

  it('refuses flags without effect, and names them', async () => {
    const { code, stderr } = await sample('model.safetensors', '--temperature', '0', '--top-p', '0.9', '--num-samples', '2');
    expect([code, stderr]).toEqual([2, expect.stringContaining('leave out --top-p, --num-samples')]);
    expect((await sample('model.safetensors', '--stop', '')).stderr).toContain('--stop (empty)');
  });

  it('names the characters of a prompt that are not in the vocabulary', async () => {
    writeFileSync(join(folder, 'odd.txt'), 'quiz');
    const { code, stderr } = await sample('model.safetensors', '--prompt-file', 'odd.txt');
    expect([code, stderr]).toEqual([
      3,
      expect.stringContaining('the prompt cannot be read by this model: 2 characters are not in the vocabulary: "q", "z"'),
    ]);
  });

  it('writes a text for each of several prompts, each as if it were alone', async () => {
    const alone = async (prompt: string) =>
      (await json('model.safetensors', '-p', prompt, '-n', '20', '--num-samples', '2')).samples;
    const { prompts } = await json('model.safetensors', '-p', 'so', '-p', 'the fox', '-n', '20', '--num-samples', '2');
    expect(prompts).toEqual([
      { prompt: 'so', samples: await alone('so') },
      { prompt: 'the fox', samples: await alone('the fox') },
    ]);
    const args = ['model.safetensors', '-p', 'so', '-p', 'the fox', '-n', '20'];
    const ended = (text: string) => (text.endsWith('\n') ? text : `${text}\n`);
    const [first, second] = prompts.map((one: { prompt: string; samples: { text: string }[] }) =>
      ended(one.prompt + one.samples[0]!.text),
    );
    expect((await sample(...args)).stdout).toBe(`--- prompt 1 of 2 ---\n${first}\n--- prompt 2 of 2 ---\n${second}`);
  });

  it('reads prompts from lines, from JSON lines, and from standard input', async () => {
    write('prompts.txt', 'so\r\nthe fox\n');
    write('prompts.jsonl', '"so"\n{"id": 3, "prompt": "the fox"}\n');
    const from = (flags: string) =>
      shell(
        `${flags.startsWith('<') ? 'cat prompts.txt | ' : ''}textloom sample model.safetensors -n 9 --json ${flags.replace('<', '')}`,
        folder,
      );
    const [lines, documents, piped] = await Promise.all([
      from('--prompts prompts.txt'),
      from('--prompts prompts.jsonl'),
      from('<--prompts -'),
    ]);
    expect(JSON.parse(lines.stdout).prompts.map(({ prompt }: { prompt: string }) => prompt)).toEqual(['so', 'the fox']);
    expect([documents.stdout, piped.stdout]).toEqual([lines.stdout, lines.stdout]);
    const whole = await shell("printf 'the\n' | textloom sample model.safetensors -n 9 -p - --json", folder);
    expect(JSON.parse(whole.stdout)).toEqual(await json('model.safetensors', '-n', '9', '-p', 'the\n'));
  });

  it('shows the probability of each token, and alternatives', async () => {
    const args = ['model.safetensors', '-p', 'so', '-n', '12', '--show-probabilities'];
    const document = await json(...args, '--show-alternatives', '2');
    const [{ text, perToken }] = document.samples;
    expect(perToken.map((token: { text: string }) => token.text).join('')).toBe(text);
    for (const { probability, alternatives } of perToken) {
      expect(alternatives).toHaveLength(2);
      expect(alternatives[0].probability).toBeGreaterThanOrEqual(Math.max(probability, alternatives[1].probability));
    }
    const shown = (token: { text: string; probability: number }) => `${token.text}[${token.probability.toFixed(2)}]`;
    const ended = `so${perToken.map(shown).join('')}\n`;
    expect((await sample(...args)).stdout).toBe(ended);
    const lines = (await sample(...args, '--show-alternatives', '2')).stdout.split('\n');
    expect([lines[0], lines.length]).toEqual(['so', 1 + 12 + 1]);
    expect(lines[1]).toMatch(/^0\.\d{4} ".{1,2}" +0\.\d{4} ".{1,2}" {2}0\.\d{4} ".{1,2}"$/);
  });

  it('shows what attention looks at before each token', async () => {
    const args = ['attention.safetensors', '-p', 'the fox', '-n', '5', '--num-samples', '2', '--show-attention'];
    const { samples } = await json(...args);
    for (const { text, perToken, attention } of samples) {
      const { tokens, firstWritten, layers } = attention;
      expect([tokens.join(''), firstWritten, perToken]).toEqual([`the fox${text}`, 7, undefined]);
      expect(layers.map(({ layer, heads }: { layer: number; heads: object[] }) => [layer, heads.length])).toEqual([
        [1, 1],
        [2, 2],
      ]);
      for (const { heads } of layers)
        for (const steps of heads as number[][][]) {
          expect(steps).toHaveLength(5);
          for (const weights of steps) expect(weights.reduce((a, b) => a + b)).toBeCloseTo(1, 3);
        }
    }
    const { stdout } = await sample(...args);
    const shown = samples.map(
      ({ text, attention }: { text: string; attention: { layers: { heads: number[][][] }[] } }, i: number) => {
        const { heads } = attention.layers[0]!;
        // The last token is predicted after the one before it, which is 1 back.
        const weights = heads[0]!.at(-1)!;
        const most = Math.max(...weights);
        const distance = weights.length - weights.indexOf(most);
        const last = JSON.stringify(`the fox${text}`.at(-1));
        const looked = JSON.stringify(`the fox${text}`.at(-1 - distance));
        return [
          `--- sample ${i + 1} of 2 ---\nthe fox${text}\n`,
          `  ${last} `,
          `${most.toFixed(2)} ${looked} ${distance} back`,
        ];
      },
    );
    for (const part of shown.flat()) expect(stdout).toContain(part);
    expect(stdout.match(/layer 2, Transformer of 2 heads, mean of the heads/g)).toHaveLength(2);
    const { stdout: coloured } = await shell(
      `FORCE_COLOR=1 textloom sample ${args.map((arg) => `'${arg}'`).join(' ')}`,
      folder,
    );
    expect(coloured).toContain('\x1b[38;5;16;48;5;230m');
  });

  it('shows attention to the end of a document that a model of independent documents reads first', async () => {
    const model = { embedding: { size: 8 }, layers: attending, head: { type: 'softmax' } };
    writeRandomModel(folder, { model, tokenizer: charactersWithEnd, corpus: independentDocuments }, 'lines.safetensors');
    const [{ attention }] = (await json('lines.safetensors', '-p', 'fox', '-n', '3', '--show-attention')).samples;
    expect([attention.tokens.slice(0, 4), attention.firstWritten]).toEqual([['<eos>', 'f', 'o', 'x'], 4]);
  });

  it('shows no probability of text that a stop string has cut off', async () => {
    const [{ text }] = (await json('model.safetensors', '-n', '30')).samples;
    const stop = text.slice(20, 23);
    const { stdout } = await sample('model.safetensors', '-n', '30', '--stop', stop, '--show-probabilities');
    expect(stdout.replace(/\[\d\.\d\d\]/g, '').trimEnd()).toBe(text.slice(0, text.indexOf(stop)).trimEnd());
  });

  it('shows the most likely of several texts, and says which it was', async () => {
    const args = ['model.safetensors', '-p', 'so', '-n', '15'];
    const all = (await json(...args, '--num-samples', '6', '--best-of', '2')).samples;
    const each = (await json(...args, '--num-samples', '12')).samples;
    for (const [i, { text, stream }] of all.entries()) {
      expect([2 * i, 2 * i + 1]).toContain(stream);
      expect(text).toBe(each[stream].text);
    }
    const [one] = (await json(...args, '--best-of', '12', '--best-by', 'total')).samples;
    expect(one.logLikelihood).toBe(Math.max(...all.map(({ logLikelihood }: { logLikelihood: number }) => logLikelihood)));
  });

  it('finds the most likely texts by beam search', async () => {
    const args = ['model.safetensors', '-p', 'so', '-n', '10', '--beams', '5'];
    const { samples, seed } = await json(...args, '--num-samples', '3');
    const scores = samples.map(({ score }: { score: number }) => score);
    expect([samples.length, seed, scores]).toEqual([3, undefined, scores.toSorted((a: number, b: number) => b - a)]);
    expect((await sample(...args)).stdout).toBe(`so${samples[0].text}\n`);
    const few = ['model.safetensors', '--beams', '4', '--num-samples', '3', '--regex', '(the|fox)'];
    expect((await json(...few)).samples).toHaveLength(2);
    expect((await sample(...few)).stdout).toContain('--- sample 3 of 3 ---\n (no further text was found)\n');
  });

  it('generates text that matches a regular expression', async () => {
    const { samples } = await json('words.safetensors', '-p', 'the', '--regex', '(fox|crow) said( it)?', '--num-samples', '9');
    for (const { text, finish, matches } of samples) {
      expect(text).toMatch(/^ (fox|crow) said( it)?$/);
      expect([finish, matches]).toEqual(['match', true]);
    }
    const long = await sample('words.safetensors', '--regex', '(fox ?){9}', '-n', '4');
    expect(long).toMatchObject({
      code: 0,
      stdout: 'fox fox fox fox\n',
      stderr: expect.stringContaining('before a match of --regex'),
    });
  });

  it('ends at <eos> on request, after the minimum', async () => {
    const args = ['words.safetensors', '-n', '200', '--end-at-eos'];
    const [{ text, finish }] = (await json(...args)).samples;
    expect([finish, text]).toEqual(['end', expect.not.stringContaining('\n')]);
    expect((await json('bytes.safetensors', '-n', '900', '--end-at-eos')).samples[0].finish).toBe('end');
    const [longer] = (await json(...args, '--min-tokens', '60')).samples;
    expect(longer.tokens).toBeGreaterThan(60);
    expect(longer.text).not.toContain('\n');
  });

  it('continues the typed lines as one text, and executes commands', async () => {
    const typed = (...lines: string[]) =>
      shell(
        `printf '%s\\n' ${lines.map((line) => `'${line}'`).join(' ')} | textloom sample model.safetensors -i -n 12 --temperature 0`,
        folder,
      );
    const write = async (prompt: string) =>
      (await json('model.safetensors', '-n', '12', '--temperature', '0', '-p', prompt)).samples[0].text;
    const first = await write('so');
    const second = await write(`so${first}`);
    const third = await write(`so${first}${second}\nthe fox`);
    const { stdout, stderr, code } = await typed(
      'so',
      '',
      'the fox',
      '/nonsense',
      'Q',
      '/max-tokens 3',
      '/settings',
      '/reset',
      'so',
      '/quit',
      'me',
    );
    const ended = (text: string) => (text.endsWith('\n') ? text : `${text}\n`);
    expect(stdout).toBe(
      `${ended(`so${first}`)}${ended(second)}${ended(`the fox${third}`)}temperature 0\nmax-tokens 3\nso${first.slice(0, 3)}\n`,
    );
    expect(stderr).toContain('/nonsense is not a command; /help lists them\n');
    expect(stderr).toContain('not in the vocabulary: "Q"');
    expect(code).toBe(0);
  });
});
