/** What only a person knows of a model that is published. Nothing of it is guessed. */
export interface HubStatements {
  /** An identifier of `hubLicenses`; `unknown` where none was given. */
  readonly license: string;
  /** The name of a licence whose identifier is `other`. */
  readonly licenseName?: string | undefined;
  /** Whether the text of the licence is stored in the repository, as LICENSE. */
  readonly hasLicenseText: boolean;
  /** The licence of the training text, in words. */
  readonly corpusLicense?: string | undefined;
  /** Datasets of the Hub with the training text. */
  readonly datasets: readonly string[];
  /** Languages of the training text, as ISO 639 codes. */
  readonly languages: readonly string[];
}
