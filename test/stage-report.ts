import { appendFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { Reporter, SerializedError, TestCase, TestModule, TestSuite, Vitest } from 'vitest/node';

/**
 * Prints, at the end of a run of all tests, the tests that were skipped (how many, in which files, and why) and the tests that failed, each
 * with its messages. The same lines are added to the file that the environment variable TEXTLOOM_STAGE_REPORT names, so that `.ci/run` can
 * show those of all stages together at its end.
 */
export function stageReport(): Reporter {
  let isWhole = true;
  let root = '';
  return {
    onInit(vitest: Vitest) {
      isWhole = vitest.config.testNamePattern === undefined;
      root = vitest.config.root;
    },
    onTestRunEnd(modules, unhandledErrors) {
      if (!isWhole) return;
      const lines = [...skippedLines(modules, root), ...failedLines(modules, unhandledErrors, root)];
      const text = `${lines.join('\n')}\n`;
      process.stdout.write(text);
      if (process.env.TEXTLOOM_STAGE_REPORT) appendFileSync(process.env.TEXTLOOM_STAGE_REPORT, text);
    },
  };
}

function failedLines(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[], root: string): string[] {
  const lines = unhandledErrors.flatMap((error) => ['  an error outside of tests', ...messageLines([error])]);
  for (const module of modules) {
    const file = fileOf(module, root);
    if (module.errors().length > 0) lines.push(`  ${file}`, ...messageLines(module.errors()));
    for (const suite of module.children.allSuites()) {
      if (suite.errors().length > 0) lines.push(`  ${file} > ${suite.fullName}`, ...messageLines(suite.errors()));
    }
    for (const test of module.children.allTests('failed')) {
      lines.push(`  ${file} > ${test.fullName}`, ...messageLines(test.result().errors ?? []));
    }
  }
  return lines.length > 0 ? ['failed tests:', ...lines] : [];
}

/** The first lines of each message: a difference between two large objects would hide the other failures. */
function messageLines(errors: readonly { readonly message: string }[]): string[] {
  return errors.flatMap(({ message }) => message.split('\n').slice(0, 6)).map((line) => `    ${line.slice(0, 300)}`);
}

const fileOf = (module: TestModule, root: string) => relative(root, module.moduleId).replaceAll('\\', '/');

function skippedLines(modules: readonly TestModule[], root: string): string[] {
  /** For each reason the number of tests by file. */
  const reasons = new Map<string, Map<string, number>>();
  let all = 0;
  for (const module of modules) {
    const file = fileOf(module, root);
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
