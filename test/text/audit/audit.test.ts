import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/foundation/random.js';
import { auditCorpus } from '../../../src/text/audit/audit.js';
import { trainTokenizer } from '../../../src/text/tokenizers/index.js';

/** Lines of random words, so that nothing is repeated by chance. */
function noise(seed: number, lines: number, wordsInLine = 12): string {
  const random = createRandom(seed);
  const word = () => Array.from({ length: 5 }, () => 'abcdefghijklmnopqrst'[random.integer(20)]).join('');
  const line = () => `${Array.from({ length: wordsInLine }, word).join(' ')}.\n`;
  return Array.from({ length: lines }, line).join('');
}

const part = (name: string, text: string) => ({ name, file: `${name}.txt`, firstLine: 1, text });

function audit(train: string, ...heldOut: string[]) {
  const parts = [part('train', train), ...heldOut.map((text, i) => part(['validation', 'test'][i]!, text))];
  return auditCorpus(parts, trainTokenizer({ type: 'character' }, train));
}

const train = noise(1, 500);
const validation = noise(2, 60);
const kinds = (report: ReturnType<typeof audit>) => report.findings.map(({ kind, part: name }) => `${kind} ${name}`);

describe('an audit', () => {
  it('of a text without repetitions has no findings, and correct counts', () => {
    const report = audit(train, validation, noise(3, 60));
    expect(report.findings).toEqual([]);
    expect([report.passages, report.nearPassages, report.sampledWindows]).toEqual([[], [], 1]);
    expect(report.parts[1]).toMatchObject({
      name: 'validation',
      bytes: validation.length,
      characters: validation.length,
      lines: 60,
      words: 720,
      tokens: { total: validation.length, unknown: 0, refused: false },
      repeatedLines: 0,
      repeatedWithin: 0,
      repeatedAcross: 0,
      nearWithin: 0,
      nearAcross: 0,
    });
    expect(report.vocabularySize).toBe(23);
  });

  it('finds a passage of the training text in the validation text, with its positions and its whole length', () => {
    const lines = train.split('\n');
    const leak = `${lines.slice(100, 110).join('\n')}\n`;
    const report = audit(train, noise(2, 30) + leak + noise(4, 30));
    expect(report.passages[0]).toMatchObject({
      part: 'validation',
      place: 'validation.txt:31',
      earlierPart: 'train',
      earlierPlace: 'train.txt:101',
      words: 120,
      similarity: 1,
    });
    expect(report.passages[0]!.text).toBe(`${lines[100]!.slice(0, 60)}…`);
    expect(report.parts[1]!.repeatedAcross).toBeCloseTo(10 / 70, 9);
    expect(report.parts[1]!.repeatedLines).toBe(10);
    expect(kinds(report)).toContain('leak validation');
  });

  it('finds it independent of its line ends', () => {
    const leak = train.split('\n').slice(100, 103).join(' ').replace(/ /g, '\n');
    const [found] = audit(train, `${noise(2, 60)}${leak}\n`).passages;
    expect(found).toMatchObject({ place: 'validation.txt:61', earlierPlace: 'train.txt:101', words: 36 });
  });

  it('finds every repetition of 13 words, and none of 12', () => {
    const words = train.split(/\s+/);
    fc.assert(
      fc.property(fc.nat({ max: 5000 }), fc.integer({ min: 10, max: 40 }), (from, length) => {
        const report = audit(train, `${noise(2, 40)}${words.slice(from, from + length).join(' ')}\n${noise(4, 40)}`);
        expect(report.passages.map((found) => found.words)).toEqual(length < 13 ? [] : [length]);
      }),
      { numRuns: 30 },
    );
  });

  it('distinguishes repetitions within a part from those of an earlier part', () => {
    const once = noise(5, 40);
    const report = audit(once + noise(6, 20) + once, noise(7, 60));
    expect(report.parts[0]!.repeatedWithin).toBeCloseTo(0.4, 9);
    expect(report.parts[1]!.repeatedAcross).toBe(0);
    expect(kinds(report)).toEqual(['repetition train']);
  });

  it('finds nearly equal passages, and not those that share little', () => {
    const paragraph = noise(8, 5);
    const words = paragraph.split(' ');
    const changed = words.map((word, i) => (i === 30 ? 'another' : word)).join(' ');
    const different = words.map((word, i) => (i % 6 === 0 ? 'another' : word)).join(' ');
    const report = audit(`${train}\n${paragraph}\n`, `${noise(9, 30)}\n${changed}\n${different}\n`);
    expect(report.nearPassages).toHaveLength(1);
    expect(report.nearPassages[0]).toMatchObject({ place: 'validation.txt:32', earlierPlace: 'train.txt:502', words: 60 });
    expect(report.nearPassages[0]!.similarity).toBeGreaterThan(0.8);
    expect(report.parts[1]!.nearAcross).toBe(1);
  });

  it('counts unknown characters, and names them', () => {
    const report = audit(train, `${validation}Zoë\n`);
    expect(report.parts[1]!.tokens).toEqual({ total: validation.length + 4, unknown: 2, refused: true });
    expect(report.parts[1]!.unseenCharacters).toEqual({ count: 2, characters: ['Z', 'ë'] });
    expect(report.findings.map(({ text }) => text)).toEqual([expect.stringContaining('"Z", "ë" (U+00EB)')]);
  });

  it('counts unknown words, and reports when there are many more than in training', () => {
    const parts = [part('train', train), part('validation', noise(2, 120))];
    const report = auditCorpus(parts, trainTokenizer({ type: 'word', minimumCount: 2 }, `${train}${train.slice(0, 9000)}`));
    expect(report.parts[1]!.tokens).toMatchObject({ total: 1560, refused: false });
    expect(report.parts[1]!.tokens.unknown).toBeGreaterThan(1400);
    expect(kinds(report)).toEqual([]);
    const usual = auditCorpus(parts, trainTokenizer({ type: 'word', minimumCount: 2 }, train + train));
    expect(kinds(usual)).toEqual(['unknown validation']);
  });

  it('reports a part that is too small, or longer than the training text', () => {
    expect(kinds(audit(train, noise(2, 5)))).toEqual(['size validation']);
    expect(kinds(audit(noise(2, 60), train))).toEqual(['size validation']);
  });

  it('reports a part of another kind', () => {
    const shift = (text: string) =>
      text.replace(/[a-j]/g, (letter) => String.fromCharCode(97 + ((letter.charCodeAt(0) - 97) >> 1)));
    const report = audit(train, shift(noise(2, 60)));
    expect(kinds(report)).toEqual(['distribution validation']);
    expect(report.parts[1]!.divergence).toBeGreaterThan(0.1);
  });

  it('reports invalid forms, but not rare ones', () => {
    const report = audit(train.replaceAll('.', '\u0007'), validation.replaceAll('.', '\u0007'));
    expect(kinds(report)).toEqual(['form train', 'form validation']);
    expect(report.findings[0]!.text).toContain('control characters (500, the first in train.txt:1)');
    const long = noise(3, 2000);
    const rare = audit(`${long}\ufeff${long.slice(0, 9)}`);
    expect(rare.parts[0]!.invalidForms).toMatchObject([{ count: 1, place: 'train.txt:2001' }]);
    expect(rare.findings).toEqual([]);
  });

  it('does not report repetitions in a text from a known source', () => {
    const parts = [part('train', train), part('validation', train.slice(0, 5000))];
    const tokenizer = trainTokenizer({ type: 'character' }, train);
    expect(auditCorpus(parts, tokenizer, true).findings).toEqual([]);
    expect(kinds(auditCorpus(parts, tokenizer))).toContain('leak validation');
  });

  it('treats each character as a word in scripts without spaces', () => {
    const random = createRandom(1);
    const han = (length: number) => Array.from({ length }, () => String.fromCodePoint(0x4e00 + random.integer(2000))).join('');
    const poem = han(40);
    const report = audit(`${han(3000)}\n${poem}\n${han(100)}\n`, `${han(1500)}\n${poem}\n`);
    expect(report.passages[0]).toMatchObject({ place: 'validation.txt:2', earlierPlace: 'train.txt:2', words: 40 });
  });
});
