import { describe, expect, it } from 'vitest';
import { type FlagRange, numberFlag, optionalNumberFlag } from '../../../src/commands/shared/flags.js';
import { userErrorOf } from '../../foundation/thrown.js';

describe('a number for a flag', () => {
  it.each<[string, Partial<FlagRange>, number]>([
    ['0.8', { from: 0 }, 0.8],
    ['.5', { above: 0, to: 1 }, 0.5],
    ['1', { above: 0, to: 1 }, 1],
    ['-2', {}, -2],
    ['1e3', { whole: true }, 1000],
    ['9007199254740991', { from: 0, whole: true }, 9007199254740991],
  ])('may be %s within %j', (text, range, value) => {
    expect(numberFlag(text, { flag: '--f', ...range })).toBe(value);
  });

  it.each<[string, Partial<FlagRange>, string]>([
    ['-0.1', { from: 0 }, '--f -0.1: a number at least 0 is expected'],
    ['0', { above: 0, to: 1 }, '--f 0: a number above 0 and at most 1 is expected'],
    ['1.5', { from: 1, whole: true }, '--f 1.5: a whole number at least 1 is expected'],
    [
      '9007199254740992',
      { from: 0, whole: true },
      '--f 9007199254740992: a whole number at least 0 and at most 9007199254740991 is expected',
    ],
    ['1e999', {}, '--f 1e999: a number at most 1.7976931348623157e+308 is expected'],
    ['', {}, '--f (empty): a number is expected'],
    ['0x10', {}, '--f 0x10: a number is expected'],
    ['Infinity', {}, '--f Infinity: a number at most 1.7976931348623157e+308 is expected'],
    ['1,5', {}, '--f 1,5: a number is expected'],
    ['\x1b[2J\n1', {}, '--f \\u{1b}[2J 1: a number is expected'],
    ['9'.repeat(50).concat('x'), {}, `--f ${'9'.repeat(40)}…: a number is expected`],
  ])('is not %j within %j', (text, range, message) => {
    const error = userErrorOf(() => numberFlag(text, { flag: '--f', ...range }));
    expect([error.kind, error.message]).toEqual(['usage', message]);
  });

  it('may be left out', () => {
    expect(optionalNumberFlag(undefined, { flag: '--f' })).toBeUndefined();
    expect(optionalNumberFlag('2', { flag: '--f' })).toBe(2);
  });
});
