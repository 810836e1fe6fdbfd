import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../../../src/foundation/random.js';
import { createAutomaton, DEAD } from '../../../src/sample/regular-expression/automaton.js';
import { atoms, letters, shortCounts } from '../../sample/regular-expression/pattern-parts.js';
import { type Area, defect, judge } from '../fuzzer.js';
import { hostileTexts, pick } from '../mutate-bytes.js';
import { failureOutcome } from '../run-command.js';

/** Regular expressions. One that is accepted matches what JavaScript matches. */
export const expressions: Area = async (folder) => {
  const work = join(folder, 'case');
  return {
    async runCase(random) {
      rmSync(work, { recursive: true, force: true });
      mkdirSync(work);
      let source = pattern(random, random.integer(6));
      for (let count = random.integer(3); count > 0; count--) {
        const at = random.integer(source.length + 1);
        source = source.slice(0, at) + pick(pieces, random) + source.slice(at + random.integer(2));
      }
      writeFileSync(join(work, 'pattern.txt'), source);
      const made = [JSON.stringify(source)];
      try {
        const automaton = createAutomaton(source);
        for (let count = 0; count < 5; count++) {
          const text = Array.from({ length: random.integer(count === 0 ? 200 : 6) }, () => pick(letters, random)).join('');
          let state = automaton.start;
          for (const byte of Buffer.from(text)) state = state === DEAD ? DEAD : automaton.step(state, byte);
          const own = state !== DEAD && automaton.accepts(state);
          if (count > 0 && comparable(source) && own !== new RegExp(`^(?:${source})$`, 'u').test(text))
            return defect(`${own ? 'matches' : 'does not match'} ${JSON.stringify(text)}, other than JavaScript`, made);
        }
        return { kind: 'accepted' };
      } catch (error) {
        return judge(failureOutcome(error), 'any', made);
      }
    },
  };
};

const counts = [...shortCounts, '{10}', '{100}', '{1000}', '{0,50}', '{90}', '*?'];
const pieces = [
  ...atoms,
  ...counts,
  '(',
  ')',
  '(?:',
  '(?=',
  '(?<a>',
  '[',
  ']',
  '^',
  '$',
  '|',
  '\\',
  '\\1',
  '\\k<a>',
  '{',
  '}',
  '\\x',
  '[z-a]',
  ...hostileTexts,
];

function pattern(random: Random, depth: number): string {
  if (depth === 0) return pick(atoms, random);
  switch (random.integer(4)) {
    case 0:
      return Array.from({ length: 1 + random.integer(4) }, () => pattern(random, depth - 1)).join('');
    case 1:
      return `(${pattern(random, depth - 1)}|${pattern(random, depth - 1)})`;
    case 2:
      return `${
        random.integer(20) === 0
          ? `[${pick(atoms, random)
              .replace(/[[\]^]/g, '')
              .repeat(1 + random.integer(20_000))}]`
          : pick(atoms, random)
      }${pattern(random, depth - 1)}`;
    default:
      return `(?:${pattern(random, depth - 1)})${pick(counts, random)}`;
  }
}

/** Where the classes are the same whatever the version of Unicode, and JavaScript's own search is short. */
function comparable(source: string): boolean {
  if (source.length > 200 || /\\[sSpP]|\{\d{2,}/.test(source) || /[*+].*[*+].*[*+]/s.test(source)) return false;
  try {
    new RegExp(source, 'u');
    return true;
  } catch {
    return false;
  }
}
