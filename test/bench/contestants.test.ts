import { expect, it } from 'vitest';
import { detectPyTorch, pytorchSettings } from '../../bench/contestants.mjs';

it('PyTorch is missing where there is no such command or it has no torch', () => {
  expect(detectPyTorch(['/nowhere/python3', process.execPath])).toBeUndefined();
});

it('PyTorch is tried with one thread and all, and with AVX-512 kernels only where the processor has them', () => {
  const tried = (avx512: boolean, cores: number) =>
    pytorchSettings({ command: 'python3', version: '1.13.0a0' }, { avx512, cores }).map(
      ({ args, env }) => `${args.at(-1)} ${env.OPENBLAS_CORETYPE ?? 'own'}`,
    );
  expect(new Set(tried(true, 2))).toEqual(new Set(['1 own', '1 SKYLAKEX', '2 own', '2 SKYLAKEX']));
  expect(new Set(tried(false, 2))).toEqual(new Set(['1 own', '2 own']));
  expect(new Set(tried(false, 1))).toEqual(new Set(['1 own']));
});

it('PyTorch 2 trains with its fused Adam, as written and compiled', () => {
  const forms = (version: string, training: boolean) => {
    const settings = pytorchSettings({ command: 'python3', version }, { avx512: false, training, cores: 1 });
    return new Set(settings.map(({ name, args }) => [name, ...args.slice(1, -2)].join(' ')));
  };
  expect(forms('2.14.1+debian', true)).toEqual(
    new Set(['pytorch 2.14.1+debian --fused', 'pytorch 2.14.1+debian --fused --compile']),
  );
  expect(forms('2.14.1+debian', false)).toEqual(new Set(['pytorch 2.14.1+debian']));
  expect(forms('1.13.0a0', true)).toEqual(new Set(['pytorch 1.13.0a0']));
});
