/** The flags of `tune` as yargs returns them. */
export interface TuneArguments {
  readonly config: string;
  readonly search: string[] | undefined;
  readonly set: string[] | undefined;
  readonly budget: string | undefined;
  readonly trials: string | undefined;
  readonly steps: string | undefined;
  readonly parallel: string | undefined;
  readonly threads: string | undefined;
  readonly output: string | undefined;
  readonly resume: boolean;
  readonly json: boolean;
}
