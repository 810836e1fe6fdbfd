/**
 * One seed for all random tests of a run. The run prints it when it begins; TEXTLOOM_TEST_SEED repeats it. vitest loads this file twice:
 * as its globalSetup, whose environment the workers inherit, and before each test file, to give fast-check the seed.
 */
import fc from 'fast-check';

const VARIABLE = 'TEXTLOOM_TEST_SEED';

/** An integer from 0 to 2^31 - 1. Tests that draw by themselves use `createRandom(testSeed)`. */
export const testSeed = readSeed(process.env[VARIABLE] ?? String(Date.now() % 2 ** 31));

process.env[VARIABLE] = String(testSeed);
fc.configureGlobal({ seed: testSeed });

/** Called once by vitest, in its main process. */
export function setup(): void {
  process.stdout.write(`random tests: repeat them with ${VARIABLE}=${testSeed}\n`);
}

function readSeed(text: string): number {
  const seed = Number(text);
  if (/^\d+$/.test(text) && seed < 2 ** 31) return seed;
  throw new Error(`${VARIABLE} is ${JSON.stringify(text)}: a whole number from 0 to ${2 ** 31 - 1} is expected`);
}
