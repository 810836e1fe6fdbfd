import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import type { ResolvedConfig } from '../../src/config/types.js';
import { UserError } from '../../src/foundation/errors.js';

/** The least that a config says. */
export const least = 'corpus:\n  path: text.txt\ntraining:\n  epochs: 1\n';

/** A folder for config files that is gone when the tests are. */
export function configFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'textloom-config-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const write = (name: string, content: string | Uint8Array): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
  const load = (content: string | Uint8Array, set: string[] = [], name = 'config.yaml'): ResolvedConfig =>
    loadConfig(write(name, content), { set });
  /** The message that a config is refused with, without the folder's name. */
  const refusal = (content: string | Uint8Array, set: string[] = [], name = 'config.yaml'): string =>
    messageOf(() => load(content, set, name)).replaceAll(`${folder}/`, '');
  return { folder, write, load, refusal };
}

/** The message of the usage error that something throws; anything else that happens fails the test. */
export function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof UserError && error.kind === 'usage') return error.message;
    throw error;
  }
  throw new Error('nothing was refused');
}
