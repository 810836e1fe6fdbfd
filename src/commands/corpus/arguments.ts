/** The flags as yargs returns them, except those of parameters. */
export interface GenerateArguments {
  readonly name: string;
  readonly output: string;
  readonly characters: string;
  readonly seed: string;
  readonly overwrite: boolean;
  readonly json: boolean;
}

export interface FetchArguments {
  readonly name: string | undefined;
  readonly list: boolean;
  readonly output: string | undefined;
  readonly mirror: string | undefined;
  readonly json: boolean;
}
