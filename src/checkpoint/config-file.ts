import { stringify } from 'yaml';

/**
 * A resolved config as YAML, for the run directory: loading it gives the same config back, and training it again the same model.
 */
export function stringifyConfig(config: object): string {
  return `# Everything that decided this run, defaults included.\n${stringify(config, { aliasDuplicateObjects: false, lineWidth: 0 })}`;
}
