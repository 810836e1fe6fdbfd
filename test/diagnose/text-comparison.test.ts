import { describe, expect, it } from 'vitest';
import { compareTexts } from '../../src/diagnose/text-comparison.js';
import { createRandom } from '../../src/foundation/random.js';
import { trainTokenizer } from '../../src/text/tokenizers/index.js';

function compare(train: string, validation: string, tokenizer = trainTokenizer({ type: 'character' }, train + validation)) {
  return compareTexts({ train: tokenizer.encode(train), validation: tokenizer.encode(validation), tokenizer });
}

/** A paragraph of words that the seed decides. */
function paragraph(seed: number, words = 40): string {
  const random = createRandom(seed);
  return Array.from({ length: words }, () => `w${random.integer(1000)}`).join(' ');
}
const paragraphs = (...seeds: number[]) => `${seeds.map((seed) => paragraph(seed)).join('\n\n')}\n`;

describe('the comparison of two texts', () => {
  it('counts the passages of the validation text that the training text has, word by word or nearly', () => {
    const changed = paragraph(3).replace(/w\d+ w\d+/, 'another beginning');
    const validation = `${paragraphs(2, 7, 8)}\n${changed}\n`;
    expect(compare(paragraphs(1, 2, 3, 4), validation)).toMatchObject({ passages: 4, copied: 2, exact: 1 });
    // What the validation text repeats of itself is not copied.
    expect(compare(paragraphs(1), paragraphs(5, 5))).toMatchObject({ passages: 2, copied: 0, exact: 0 });
  });

  it('ends a passage where a document ends', () => {
    const [train, validation] = [paragraphs(1, 2), paragraphs(2, 3)];
    const tokenizer = trainTokenizer({ type: 'character', documentEnd: true }, train + validation);
    const documents = (seeds: number[]) =>
      Int32Array.from(seeds.flatMap((seed) => [...tokenizer.encode(paragraph(seed)), tokenizer.documentEndId!]));
    const texts = { train: documents([1, 2]), validation: documents([2, 3]), tokenizer };
    expect(compareTexts(texts)).toMatchObject({ passages: 2, copied: 1, exact: 1 });
  });

  it('gives the Jensen-Shannon divergence of the tokens in bits', () => {
    // (1, 0) and (1/2, 1/2): half of log2(4/3), and half of log2(2/3) / 2 + log2(2) / 2.
    const expected = Math.log2(4 / 3) / 2 + (Math.log2(2 / 3) + 1) / 4;
    const { distance, usualDistance } = compare('ab'.repeat(2000), 'a'.repeat(640));
    expect(distance).toBeCloseTo(expected, 10);
    expect(usualDistance).toBeLessThan(1e-6);
  });

  it('finds two samples of one source as far apart as random places of one, and a sorted text much further', () => {
    const random = createRandom(4);
    const letters = Array.from({ length: 30_000 }, () => 'abcdefgh'[Math.min(random.integer(8), random.integer(8))]!);
    const of = (text: readonly string[]) => compare(text.slice(0, 25_000).join(''), text.slice(25_000).join(''));
    const mixed = of(letters);
    expect(mixed.distance).toBeLessThan(3 * mixed.usualDistance);
    const sorted = of(letters.toSorted());
    expect(sorted.distance).toBeGreaterThan(0.3);
    expect(sorted.distance).toBeGreaterThan(8 * sorted.usualDistance);
  });

  it('does not tell rare tokens apart', () => {
    const words = (from: number) => Array.from({ length: 6400 }, (_, i) => (i % 2 === 0 ? 'the' : `w${from + i}`)).join(' ');
    const [train, validation] = [
      `${Array.from({ length: 300 }, (_, i) => `f${i} `.repeat(3)).join('')}${words(0)}`,
      words(10_000),
    ];
    const tokenizer = trainTokenizer({ type: 'word' }, train + validation);
    // None of the rare words of the validation text is in the training text; half of both texts are such words.
    expect(compare(train, validation, tokenizer).distance).toBeLessThan(0.15);
  });
});
