import { expect } from 'vitest';
import type { Outcome } from './textloom.js';

export interface Refusal {
  code: number;
  /** What the message must hold. */
  says: string | readonly string[];
}

/** The command has refused as promised: this code, this message, no stack trace, nothing on standard output. */
export function expectRefusal({ code, stdout, stderr }: Outcome, refusal: Refusal): void {
  expect(stderr).toMatch(/^textloom: /m);
  for (const fragment of [refusal.says].flat()) expect(stderr).toContain(fragment);
  expect(stderr).not.toMatch(/^\s+at .*:\d+:\d+\)?$|node:internal|bug in Textloom|\[object /m);
  expect({ code, stdout }).toEqual({ code: refusal.code, stdout: '' });
}
