import { describe, expect, it } from 'vitest';
import {
  formatCount,
  formatDuration,
  formatNumber,
  formatPerplexity,
  formatRate,
  plural,
  rangeOf,
} from '../../src/ui/format.js';

describe('format', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [1000, '1,000'],
    [1_234_567.4, '1,234,567'],
  ])('counts %s as %s', (value, text) => expect(formatCount(value)).toBe(text));

  it.each([
    [0.4, '0'],
    [853.2, '853'],
    [999.6, '1.00k'],
    [5321, '5.32k'],
    [9996, '10.0k'],
    [52_345, '52.3k'],
    [99_960, '100k'],
    [999_499, '999k'],
    [999_600, '1.00M'],
    [1_240_000, '1.24M'],
  ])('writes the rate %s as %s', (value, text) => expect(formatRate(value)).toBe(text));

  it.each([
    [1, '1.00'],
    [3.444, '3.44'],
    [120.71, '120.7'],
    [10_400.4, '10400'],
    [1.23e9, '1.2e+9'],
    [Number.POSITIVE_INFINITY, 'infinite'],
  ])('writes the perplexity %s as %s', (value, text) => expect(formatPerplexity(value)).toBe(text));

  it.each([
    [-1, '0s'],
    [59.4, '59s'],
    [59.6, '1m 00s'],
    [185, '3m 05s'],
    [3599.9, '1h 00m'],
    [7620, '2h 07m'],
    [273_600, '3d 04h'],
  ])('writes %s seconds as %s', (value, text) => expect(formatDuration(value)).toBe(text));

  it('omits the digits of floating-point errors', () => expect(formatNumber(0.1 + 0.2)).toBe('0.3'));

  it('has a singular', () => expect([plural(1, 'step'), plural(2, 'step')]).toEqual(['1 step', '2 steps']));
});

describe('rangeOf', () => {
  it.each([
    [[3, 0.2, 1], '0.2 to 3'],
    [[3, Number.NaN, 1], '1 to 3, or not finite'],
    [[Number.NaN, Number.POSITIVE_INFINITY], 'not finite'],
  ])('%j: %s', (values, text) => {
    expect(rangeOf(values, String)).toBe(text);
  });
});
