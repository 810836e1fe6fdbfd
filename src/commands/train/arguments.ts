import type { EngineFlags } from '../shared/engine-flag.js';

/** The flags of `train` as yargs returns them. */
export interface TrainArguments extends EngineFlags {
  config: string;
  set: string[] | undefined;
  output: string | undefined;
  from: string | undefined;
  budget: string | undefined;
  resume: boolean;
  overwrite: boolean;
  'dry-run': boolean;
  'find-rate': boolean;
  threads: string | undefined;
  json: boolean;
  quiet: boolean;
}
