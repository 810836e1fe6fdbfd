import { shellWord } from '../foundation/shell-word.js';

/** A key of the config and a value that it should have. */
export interface ConfigChange {
  /** `training.optimizer.learningRate`. */
  readonly key: string;
  /** As YAML; `null` removes the key. */
  readonly value: string;
}

/** Changes as lines of a config file; empty where one is in a list, of which YAML cannot give a single entry. */
export function changesAsYaml(changes: readonly ConfigChange[]): string[] {
  if (changes.some(({ key }) => /\.\d+(\.|$)/.test(key))) return [];
  const lines: string[] = [];
  let open: string[] = [];
  for (const { key, value } of changes) {
    const path = key.split('.');
    const common = path.findIndex((part, i) => part !== open[i] || i === path.length - 1);
    for (const [i, part] of path.slice(common).entries()) {
      const isLast = common + i === path.length - 1;
      lines.push(`${'  '.repeat(common + i)}${part}:${isLast ? ` ${value}` : ''}`);
    }
    open = path;
  }
  return lines;
}

/** Changes as flags of a command, quoted for a shell: one for each. */
export function changesAsFlags(changes: readonly ConfigChange[]): string[] {
  return changes.map(({ key, value }) => `--set ${shellWord(`${key}=${value}`)}`);
}
