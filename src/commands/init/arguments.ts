/** The flags of `init` as yargs returns them. */
export interface InitArguments {
  readonly directory: string;
  readonly corpus: string | undefined;
  readonly preset: string | undefined;
  readonly name: string | undefined;
  readonly time: string | undefined;
  readonly yes: boolean;
  readonly force: boolean;
}
