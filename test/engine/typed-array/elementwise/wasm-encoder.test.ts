import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  encodeModule,
  flatten,
  signed,
  unsigned,
  ValueType,
} from '../../../../src/engine/typed-array/elementwise/wasm-encoder.js';

/** The number that LEB128 bytes stand for, by the definition. */
function decode(bytes: readonly number[], isSigned: boolean): number {
  const value = bytes.reduce((sum, byte, i) => sum + (byte & 0x7f) * 2 ** (7 * i), 0);
  const negative = isSigned && ((bytes.at(-1) as number) & 0x40) !== 0;
  return negative ? value - 2 ** (7 * bytes.length) : value;
}

describe('LEB128', () => {
  test('follows the examples of the DWARF standard', () => {
    expect(unsigned(624485)).toEqual([0xe5, 0x8e, 0x26]);
    expect(signed(-123456)).toEqual([0xc0, 0xbb, 0x78]);
  });

  test('every 32-bit number is reproduced, in at most five bytes of which all but the last have the continuation bit', () => {
    fc.assert(
      fc.property(fc.integer(), (value) => {
        expect(decode(signed(value), true)).toBe(value);
        expect(decode(unsigned(value), false)).toBe(value >>> 0);
        for (const bytes of [signed(value), unsigned(value)]) {
          expect(bytes.length).toBeLessThanOrEqual(5);
          expect(bytes.map((byte) => byte >= 0x80)).toEqual(bytes.map((_, i) => i < bytes.length - 1));
        }
      }),
    );
  });
});

test('sized code is preceded by its length, nested to any depth', () => {
  const long = Array.from({ length: 300 }, () => 7);
  const bytes = flatten([1, { sized: [2, [{ sized: long }]] }]);
  expect(bytes[0]).toBe(1);
  expect(decode(bytes.slice(1, 6), false)).toBe(306);
  expect(decode(bytes.slice(7, 12), false)).toBe(300);
  expect(bytes.slice(12)).toEqual(long);
});

describe('encodeModule', () => {
  const instantiate = (shared: boolean, maximum: number): WebAssembly.Instance => {
    const module = new WebAssembly.Module(
      encodeModule([{ name: 'nothing', locals: [ValueType.v128], code: [] }], { shared: true, maximumPages: 300 }),
    );
    return new WebAssembly.Instance(module, { env: { memory: new WebAssembly.Memory({ initial: 1, maximum, shared }) } });
  };

  test('makes a valid module that imports one memory and exports its functions', () => {
    expect(Object.keys(instantiate(true, 300).exports)).toEqual(['nothing']);
  });

  test('accepts only the kind of memory that it was made for', () => {
    expect(() => instantiate(false, 300)).toThrow(/memory/);
    expect(() => instantiate(true, 301)).toThrow(/memory/);
  });
});
