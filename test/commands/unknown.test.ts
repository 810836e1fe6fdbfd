import { afterAll, describe, expect, it } from 'vitest';
import { writeRandomModel } from '../sample/trained-model.js';
import { expectRefusal } from './expect-refusal.js';
import { shell, textloom } from './textloom.js';
import { createWorkplace } from './workplace.js';

const { folder, write, remove } = createWorkplace();
afterAll(remove);
const run = (...args: string[]) => textloom(args, folder);

// Letters, a blank and a line feed; the words are another model.
writeRandomModel(folder, { tokenizer: { type: 'character', tokens: [...'abcdefghijklmnopqrstuvwxyzé .\n'] } });
writeRandomModel(folder, {}, 'few.safetensors');
const normalized = { path: 'corpus.txt', normalization: { unicode: 'NFC', newlines: 'lf' } };
writeRandomModel(
  folder,
  { tokenizer: { type: 'character', tokens: ['é', 'a', '\n'] }, corpus: normalized },
  'normal.safetensors',
);
writeRandomModel(folder, { tokenizer: { type: 'word', tokens: ['<unk>', '<eos>', 'the', 'fox'] } }, 'words.safetensors');
write('windows.txt', 'the fox\r\nthe crow\r\n');
write('decomposed.txt', 'the cafe\u0301 of the fox');
write('questions.txt', 'what? who? the fox.\n');
write('marked.txt', 'the fox <eos> the fox\n');

describe('characters that a vocabulary lacks', () => {
  it('in a prompt are refused with advice, or skipped or replaced with a notice', async () => {
    const [refused, skipped, replaced] = await Promise.all([
      run('sample', 'model.safetensors', '-p', 'What?', '-n', '2'),
      run('sample', 'model.safetensors', '-p', 'What?', '-n', '2', '--unknown', 'skip'),
      run('sample', 'model.safetensors', '-p', 'What?', '-n', '2', '--unknown', 'replace'),
    ]);
    expectRefusal(refused, { code: 3, says: ['not in the vocabulary: "W", "?". --unknown skip leaves them out'] });
    expect(skipped.stdout).toMatch(/^hat/);
    expect(skipped.stderr).toBe('the prompt: 2 characters unknown to this model were left out\n');
    expect(replaced.stdout).toMatch(/^what\./);
    expect(replaced.stderr).toBe('the prompt: 2 characters unknown to this model were replaced\n');
  });

  it('in a text to evaluate are refused with their cause, and the figures of a changed text say that it was changed', async () => {
    const [windows, decomposed, skipped, replaced] = await Promise.all([
      run('evaluate', 'model.safetensors', 'windows.txt'),
      run('evaluate', 'model.safetensors', 'decomposed.txt'),
      run('evaluate', 'model.safetensors', 'questions.txt', '--unknown', 'skip', '--json'),
      run('evaluate', 'model.safetensors', 'questions.txt', '--unknown', 'replace', '--json'),
    ]);
    expectRefusal(windows, { code: 3, says: ['"\\r" (U+000D): the text has Windows line ends', "sed -i 's/\\r$//' FILE"] });
    expectRefusal(decomposed, { code: 3, says: ['the text is not in NFC', 'uconv -x any-nfc', '--unknown replace'] });
    for (const [outcome, word, tokens] of [
      [skipped, 'skip', 18],
      [replaced, 'replace', 20],
    ] as const) {
      const report = JSON.parse(outcome.stdout);
      expect(report.text).toBe(`questions.txt (--unknown ${word})`);
      // All but the first are predicted.
      expect(report.tokens).toBe(tokens - 1);
      expect(outcome.stderr).toContain('questions.txt: 2 characters unknown to this model were');
    }
  });

  it('in the corpus of a new model name the keys that help', async () => {
    write('unix.txt', 'the fox\nthe crow\n'.repeat(9));
    write(
      'mixed.yaml',
      'corpus: { train: unix.txt, validation: windows.txt }\ntraining: { epochs: 1, batchSize: 2, sequenceLength: 8 }\n',
    );
    expectRefusal(await run('train', 'mixed.yaml', '--quiet'), {
      code: 3,
      says: ['the text has Windows line ends', 'Set corpus.normalization: { newlines: lf }.'],
    });
  });

  it('are handled by the policies of --unknown only', async () => {
    expectRefusal(await run('sample', 'model.safetensors', '--unknown', 'skp'), {
      code: 2,
      says: '--unknown skp (did you mean skip?): allowed are refuse, skip, replace',
    });
  });
});

describe('the normalization of a prompt', () => {
  it('also applies to --stop and --regex', async () => {
    const [stopped, matched] = await Promise.all([
      run('sample', 'normal.safetensors', '-n', '500', '--stop', 'e\u0301', '--json'),
      run('sample', 'normal.safetensors', '-n', '9', '--regex', '(e\u0301|a){3}', '--json'),
    ]);
    const [stoppedText, matchedText] = [stopped, matched].map(({ stdout }) => JSON.parse(stdout).samples[0]);
    expect(stoppedText.text).not.toContain('é');
    expect(stoppedText.finish).toBe('stop');
    expect(matchedText.text).toMatch(/^[éa]{3}$/);
  });
});

describe('a line end that a text of words spells out', () => {
  it('gives a notice, in a prompt, an evaluated text and a training text', async () => {
    write(
      'words.yaml',
      'corpus: { train: marked.txt }\ntokenizer: { type: word }\nmodel: { layers: 1, hiddenSize: 4 }\ntraining: { steps: 1, batchSize: 1, sequenceLength: 3 }\n',
    );
    const [prompt, evaluated, trained] = await Promise.all([
      run('sample', 'words.safetensors', '-p', 'the <eos> fox', '-n', '1'),
      run('evaluate', 'words.safetensors', 'marked.txt'),
      run('train', 'words.yaml'),
    ]);
    expect(prompt.stderr).toBe('the prompt contains the text <eos>, which this model reads as a line end\n');
    expect(evaluated.stderr).toContain('marked.txt contains the text <eos>, which this model reads as a line end');
    expect(trained.stderr).toContain('the training text contains the text <eos>, which is read as a line end');
  });
});

describe('- as the path of a text file', () => {
  it('is standard input, for commands that read a text once', async () => {
    const outcome = await shell(
      `printf 'the fox' | textloom evaluate model.safetensors - --json | grep -E '"(text|tokens)"' && printf 'the fox. ' | textloom corpus audit - | head -1`,
      folder,
    );
    expect(outcome.stdout).toContain('"text": "standard input"');
    expect(outcome.stdout).toContain('"tokens": 6');
    expect(outcome.stdout).toContain('standard input');
    expectRefusal(await shell('textloom evaluate model.safetensors - </dev/null', folder), {
      code: 3,
      says: 'standard input is empty, where text is expected',
    });
  });

  it('is a file of that name in a config', async () => {
    write('dash.yaml', 'corpus: { path: "-" }\n');
    expectRefusal(await shell('echo the fox | textloom train dash.yaml', folder), { code: 3, says: 'no such file' });
  });
});
