import { ExitCode } from '../../foundation/errors.js';

/** Signals that stop a command in an orderly way, with the exit code of each. */
export const signalExitCodes = {
  SIGINT: ExitCode.interrupted,
  SIGTERM: ExitCode.terminated,
  SIGHUP: ExitCode.hungUp,
} as const;

export type StopSignal = keyof typeof signalExitCodes;

const signals = Object.keys(signalExitCodes) as StopSignal[];

export interface StopSignals {
  /** The first signal that arrived. */
  readonly received: StopSignal | undefined;
  /** Restores the default handling of the signals. */
  ignore(): void;
}

/** Milliseconds within which signals count as one: npm and npx forward a Ctrl-C to a command that also gets it from the terminal. */
const TOGETHER = 100;

/**
 * Calls `onFirst` at the first Ctrl-C, SIGTERM or SIGHUP (the terminal was closed), which requests an orderly stop. A second Ctrl-C or
 * SIGTERM ends the process at once: the operating system does this even if the process is busy. A second SIGHUP has no effect, because a
 * shell and the kernel each send one when a terminal is closed.
 */
export function watchStopSignals(onFirst: (signal: StopSignal) => void): StopSignals {
  let received: StopSignal | undefined;
  const stop = (signal: StopSignal) => {
    if (received !== undefined) return;
    received = signal;
    // Signals that arrive during this sleep are queued; after their listeners are removed they are dropped.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, TOGETHER);
    process.on('SIGHUP', nothing);
    for (const each of signals) process.off(each, stop);
    onFirst(signal);
  };
  for (const signal of signals) process.on(signal, stop);
  return {
    get received() {
      return received;
    },
    ignore() {
      for (const signal of signals) process.off(signal, stop).off(signal, nothing);
    },
  };
}

function nothing(): void {}
