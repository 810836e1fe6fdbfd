/** Something that turns while nothing can be said yet. */
export interface Spinner {
  /** Takes it off the screen; a second call does nothing. */
  stop(): void;
}

/** @param stream a terminal that understands escape codes: ora itself does not look whether it is one. */
export async function startSpinner(text: string, stream: NodeJS.WriteStream, colour: boolean): Promise<Spinner> {
  const { default: ora } = await import('ora');
  // The cursor stays and standard input is left alone: both would put ora between a person's Ctrl-C and this process.
  const spinner = ora({
    text,
    stream,
    color: colour ? 'cyan' : false,
    isEnabled: true,
    hideCursor: false,
    discardStdin: false,
  });
  spinner.start();
  return { stop: () => void (spinner.isSpinning && spinner.stop()) };
}
