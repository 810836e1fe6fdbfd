import type { EngineFlags } from '../shared/engine-flag.js';

/** The flags of `train` as yargs returns them. */
export interface TrainArguments extends EngineFlags {
  /** Config files; with `resume`, run directories too. At least one. */
  configs: string[];
  set: string[] | undefined;
  sweep: string[] | undefined;
  output: string | undefined;
  from: string | undefined;
  budget: string | undefined;
  resume: boolean;
  overwrite: boolean;
  'dry-run': boolean;
  'find-rate': boolean;
  'skip-final': boolean;
  threads: string | undefined;
  json: boolean;
  quiet: boolean;
}

/** The arguments of one run: those of the command, with one config. */
export interface RunArguments extends Omit<TrainArguments, 'configs' | 'sweep'> {
  readonly config: string;
  /** Overrides of the config by `--sweep`, as `a.b=c`. */
  readonly changes?: readonly string[];
}
