/**
 * Follows the chapter for teachers, and checks its claims in what its own commands wrote: guide.test.ts masks numbers, so a claim could
 * become false without a failure there.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { textloom } from '../commands/textloom.js';
import { followChapter } from '../docs/follow-chapter.js';
import { teachersChapter } from '../docs/guide-chapters.js';

const folder = mkdtempSync(join(tmpdir(), 'textloom-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const outcomes = followChapter(teachersChapter, folder);

/** What the one block of the chapter that contains this command said. */
function saidBy(command: string): string {
  const blocks = [...outcomes].filter(([text]) => text.split('\n').includes(command));
  expect(blocks.length, command).toBe(1);
  const { stdout, stderr } = blocks[0]![1];
  return `${stdout}\n${stderr}`;
}

/** The numbers in the groups of a pattern, for each of its matches. */
function numbersIn(text: string, pattern: RegExp): number[][] {
  const found = [...text.matchAll(pattern)].map(([, ...groups]) => groups.map((group) => Number(group?.replaceAll(',', ''))));
  expect(found.length, `${pattern} in ${text}`).toBeGreaterThan(0);
  return found;
}

/** By how many percent the trainings of a block ended above the entropy of their text. */
const percentsAbove = (text: string) => numbersIn(text, /the model is ([\d.]+)% above it/g).map(([percent]) => percent!);

/** The digits under a line of a heat map. */
function digitsUnder(text: string, line: string): number[] {
  const lines = text.split('\n');
  return [...lines[lines.indexOf(`${line}↵`) + 1]!].map(Number);
}

/** The digits of the copied letter, which stands behind the bar, in each line of lines.txt. */
const copiedLetters = (text: string) =>
  [...'acbd'].map((letter) => digitsUnder(text, `${letter}....................|${letter}`)[22]!);

async function jsonOf(...args: string[]) {
  const { code, stdout, stderr } = await textloom([...args, '--json'], folder);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout);
}

/** The gradient flow of a file that the chapter has `diagnose --json` write, relative to lag 0. */
function flowIn(name: string) {
  const { norms, rate, horizon } = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')).flow[0];
  const relative: number[] = norms.map((norm: number) => norm / norms[0]);
  return { relative, rate: rate as number, horizon: (horizon ?? norms.length) as number };
}

/** The length of the path from the second letter of copy.txt back to the first. */
const LAG = 20;

describe('the claims of the chapter', () => {
  test('no model is below the floor, and the wrong letter is more surprising than the right one', () => {
    const [percent] = percentsAbove(saidBy('textloom train reber.yaml --threads 1'));
    expect(percent).toBeGreaterThan(0);
    expect(percent).toBeLessThan(25);
    const heat = saidBy('textloom evaluate runs/reber words.txt --heatmap');
    expect(digitsUnder(heat, 'BPBPVVETE')[7]).toBeGreaterThan(digitsUnder(heat, 'BPBPVVEPE')[7]!);
  });

  test('1: the gradient changes by the eigenvalue with each step, and the exponent is its logarithm', () => {
    const scales = { half: 0.5, most: 0.9, all: 1, more: 1.1 };
    for (const [name, scale] of Object.entries(scales))
      expect(Math.abs(flowIn(name).rate / scale - 1), name).toBeLessThan(0.04);
    expect(flowIn('copy').rate).toBeLessThan(1 / Math.sqrt(3));
    const [exponents] = numbersIn(saidBy('textloom diagnose most.yaml'), /Lyapunov +(\S+), (\S+), (\S+) nats/g);
    for (const exponent of exponents!) expect(exponent).toBeCloseTo(Math.log(0.9), 2);
    const exponentsIn = (name: string) =>
      JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')).states.exponents[0].exponents;
    for (const exponent of exponentsIn('all')) expect(exponent).toBeCloseTo(0, 4);
    // JSON has null for -Infinity.
    expect(exponentsIn('half')).toEqual([null, null, null]);
  });

  test('2: the distance that the gradient reaches is learned, and the one that it does not reach is not', () => {
    const { relative, horizon } = flowIn('copy');
    expect(relative[LAG]).toBeLessThan(1e-6);
    expect(relative[5]).toBeGreaterThan(0.01);
    expect(horizon).toBeGreaterThan(5);
    expect(horizon).toBeLessThan(LAG);
    const said = saidBy('textloom train copy.yaml');
    const [near, far] = percentsAbove(said);
    expect(near).toBeLessThan(10);
    expect(far).toBeGreaterThan(95);
    expect(Math.min(...copiedLetters(saidBy('textloom evaluate runs/copy lines.txt --heatmap')))).toBeGreaterThanOrEqual(4);
  });

  test('3 and 4: without clipping the training diverges at once, with clipping it learns the form of a line', async () => {
    const { runs } = await jsonOf('runs', 'runs');
    const [steep, clipped] = ['steep', 'clipped'].map((name) => runs.find(({ run }: { run: string }) => run === name));
    expect(steep).toMatchObject({ state: 'diverged' });
    expect(steep.step).toBeLessThan(20);
    expect(clipped).toMatchObject({ state: 'completed', step: 800 });
    expect(clipped.validation).toBeLessThan(0.15);
  });

  test('5: open gates carry the gradient further, and a network with gates learns the letter and its distance', async () => {
    const horizons = ['copy', 'lstm', 'forget-1', 'forget-3'].map((name) => flowIn(name).horizon);
    expect(horizons).toEqual(horizons.toSorted((a, b) => a - b));
    expect(new Set(horizons).size).toBe(4);
    expect(horizons[1]).toBeLessThan(LAG);
    expect(horizons[3]).toBeGreaterThan(LAG);
    const said = saidBy('textloom evaluate runs/gru lines.txt --heatmap');
    expect(percentsAbove(said)[0]).toBeLessThan(10);
    expect(Math.max(...copiedLetters(said))).toBe(0);
    const { relative } = flowIn('gru');
    expect(relative[LAG - 1]).toBeGreaterThan(3);
    expect(relative[LAG + 2]).toBeLessThan(0.2 * relative[LAG - 1]!);
    const { states, initialStates } = await jsonOf('diagnose', 'runs/gru');
    const longest = (of: typeof states) => (of.gates.memories[0].timeConstants as number[]).toSorted((a, b) => b - a)[0]!;
    expect(longest(states)).toBeGreaterThan(3 * longest(initialStates));
    const z = (of: typeof states) => of.gates.gates.find(({ gate }: { gate: string }) => gate === 'z');
    for (const side of ['open', 'closed']) expect(z(states)[side]).toBeGreaterThan(z(initialStates)[side] + 0.1);
  });

  test('6: the identity and a rotation come nearer to the floor than gates', () => {
    const percents = percentsAbove(saidBy('textloom train all.yaml --set training.steps=800 --output runs/identity'));
    expect(percents).toHaveLength(2);
    const [gated] = percentsAbove(saidBy('textloom evaluate runs/gru lines.txt --heatmap'));
    for (const percent of percents) expect(percent).toBeLessThan(Math.min(1, gated!));
  });

  test('7: the range test finds the cliff', () => {
    const said = saidBy('textloom train story.yaml --find-rate').replace(/\s+/g, ' ');
    const [[diverged], [proposal, own, lowest]] = [
      numbersIn(said, /at the learning rate ([\d.]+\d)/g)[0]!,
      numbersIn(said, /learningRate (\S+) \(the config has (\S+)\)\. It is a tenth of ([\d.]+),/g)[0]!,
    ];
    expect(proposal).toBeCloseTo(lowest! / 10, 4);
    expect(own! / proposal!).toBeGreaterThan(0.5);
    expect(own! / proposal!).toBeLessThan(2);
    expect(lowest).toBeLessThan(diverged! / 3);
  });

  test('8: at a rate at which the plain network fails, the normalized one learns', async () => {
    const { runs } = await jsonOf('runs', 'runs/normalization');
    const loss = (normalization: string, rate: number): number =>
      runs.find(({ run }: { run: string }) => run === `normalization=${normalization},learningRate=${rate}`).validation;
    expect(loss('none', 0.1) - loss('layer', 0.1)).toBeGreaterThan(0.4);
    expect(loss('none', 0.1) - loss('none', 0.01)).toBeGreaterThan(0.6);
    expect(Math.abs(loss('none', 0.01) - loss('layer', 0.01))).toBeLessThan(0.1);
  });

  test('9: dropout narrows the gap between the training and the validation text, and lowers the loss at the end', () => {
    const withoutDropout = saidBy('textloom diagnose runs/dropout/dropout=0');
    const withDropout = saidBy('textloom diagnose runs/dropout/dropout=0.3');
    const fits = [withoutDropout, withDropout].map((said) => {
      const [[train], [validation]] = [
        numbersIn(said, /training text +([\d.]+)/g)[0]!,
        numbersIn(said, /validation text +([\d.]+)/g)[0]!,
      ];
      return { train: train!, validation: validation!, gap: validation! - train! };
    });
    expect(fits[0]!.gap).toBeGreaterThan(1.5 * fits[1]!.gap);
    expect(fits[0]!.validation).toBeGreaterThan(fits[1]!.validation + 0.1);
    const [dropped] = numbersIn(withDropout, /with dropout +([\d.]+)/g)[0]!;
    expect(dropped).toBeGreaterThan(fits[1]!.train);
    expect(existsSync(join(folder, 'dropout.html'))).toBe(true);
  });

  test('10: attention carries the gradient over its window, and looks at the letter that it copies', () => {
    const { relative } = flowIn('attention');
    expect(relative[LAG]).toBeGreaterThan(0.01);
    expect(relative[40]).toBeLessThan(1e-3);
    expect(percentsAbove(saidBy('textloom train attention.yaml'))[0]).toBeLessThan(5);
    expect(saidBy('textloom train attention.yaml')).toMatch(/"c" +\d\.\d+ "c" 22 back/);
  });

  test('11: a unit follows the ends of words', () => {
    const said = saidBy('textloom diagnose "runs/normalization/normalization=layer,learningRate=0.01"');
    const [correlation] = numbersIn(said, /word end +layer 1 output \d+ \(correlation (-?[\d.]+)\)/g)[0]!;
    expect(Math.abs(correlation!)).toBeGreaterThan(0.5);
    expect(said).toMatch(/A passage coloured by layer 1 output \d+, which follows/);
  });
});
