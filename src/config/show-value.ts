import { printable } from '../foundation/printable.js';

/** A value as it would be written in a config, cut to about 60 characters. */
export function showValue(value: unknown): string {
  if (value === undefined) return 'not set';
  if (value === null) return 'empty';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return printable(JSON.stringify(value), 60);
}
