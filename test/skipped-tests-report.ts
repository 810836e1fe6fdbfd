import { appendFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { Reporter, TestCase, TestModule, TestSuite, Vitest } from 'vitest/node';

/**
 * Prints, at the end of a run of all tests, the tests that were skipped: how many, in which files, and why. The same lines are added to the
 * file that the environment variable TEXTLOOM_SKIPPED_TESTS names.
 */
export function skippedTestsReport(): Reporter {
  let isWhole = true;
  let root = '';
  return {
    onInit(vitest: Vitest) {
      isWhole = vitest.config.testNamePattern === undefined;
      root = vitest.config.root;
    },
    onTestRunEnd(modules) {
      if (!isWhole) return;
      const text = `${linesOf(modules, root).join('\n')}\n`;
      process.stdout.write(text);
      if (process.env.TEXTLOOM_SKIPPED_TESTS) appendFileSync(process.env.TEXTLOOM_SKIPPED_TESTS, text);
    },
  };
}

function linesOf(modules: readonly TestModule[], root: string): string[] {
  /** For each reason the number of tests by file. */
  const reasons = new Map<string, Map<string, number>>();
  let all = 0;
  for (const module of modules) {
    const file = relative(root, module.moduleId).replaceAll('\\', '/');
    for (const test of module.children.allTests('skipped')) {
      all++;
      const counts = reasons.get(reasonOf(test)) ?? new Map<string, number>();
      reasons.set(reasonOf(test), counts.set(file, (counts.get(file) ?? 0) + 1));
    }
  }
  if (all === 0) return ['skipped tests: none'];
  return [
    `skipped tests: ${all}`,
    ...[...reasons].flatMap(([reason, counts]) => [`  ${reason}:`, ...[...counts].map(([file, n]) => `    ${file} (${n})`)]),
  ];
}

/** What the test itself, its title or the title of a suite around it gives as a reason. */
function reasonOf(test: TestCase): string {
  const { state, note } = test.result() as { state: string; note?: string };
  if (state === 'skipped' && note) return note;
  for (let task: TestCase | TestSuite | TestModule = test; task.type !== 'module'; task = task.parent) {
    const reason = / \(skipped: (.*)\)$/.exec(task.name)?.[1];
    if (reason !== undefined) return reason;
  }
  return 'no reason given';
}
