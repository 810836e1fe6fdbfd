import { stringify } from 'yaml';
import type { ResolvedConfig } from './types.js';

/**
 * A resolved config as YAML, for the run directory: `loadConfig` reads it back to the same config, and training it again gives
 * the same model.
 */
export function stringifyConfig(config: ResolvedConfig): string {
  return `# Everything that decided this run, defaults included.\n${stringify(config, { aliasDuplicateObjects: false, lineWidth: 0 })}`;
}
