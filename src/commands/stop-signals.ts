const signals = ['SIGINT', 'SIGTERM'] as const;

export type StopSignal = (typeof signals)[number];

export interface StopSignals {
  /** The first signal that came. */
  readonly received: StopSignal | undefined;
  /** Gives signals their usual meaning back. */
  ignore(): void;
}

/**
 * Waits for the first Ctrl-C or SIGTERM, which is a request to stop in good order. The second one ends the process at once: the operating
 * system sees to that, however busy the process is.
 */
export function watchStopSignals(onFirst: (signal: StopSignal) => void): StopSignals {
  let received: StopSignal | undefined;
  const ignore = () => {
    for (const signal of signals) process.off(signal, stop);
  };
  const stop = (signal: StopSignal) => {
    ignore();
    received = signal;
    onFirst(signal);
  };
  for (const signal of signals) process.on(signal, stop);
  return {
    get received() {
      return received;
    },
    ignore,
  };
}
