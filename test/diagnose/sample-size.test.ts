import { describe, expect, it } from 'vitest';
import { sampleSize } from '../../src/diagnose/sample-size.js';

describe('the tokens that a measurement reads', () => {
  const tokens = (trainedLength: number) => sampleSize({ table: { trainedLength } }, { wanted: 16_384, least: 2048 });

  it('are all that it wants for a small model', () => {
    expect(tokens(50_000)).toBe(16_384);
    expect(tokens(2 ** 21)).toBe(16_384);
  });

  it('are fewer the larger the model is', () => {
    expect(tokens(2 ** 22)).toBe(8192);
    expect(tokens(10_000_000)).toBe(3435);
  });

  it('are never fewer than tell something', () => {
    expect(tokens(2 ** 26)).toBe(2048);
  });
});
