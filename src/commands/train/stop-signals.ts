import { ExitCode } from '../../foundation/errors.js';

/** Signals that stop a command in good order, with the exit code that tells of each. */
export const signalExitCodes = {
  SIGINT: ExitCode.interrupted,
  SIGTERM: ExitCode.terminated,
  SIGHUP: ExitCode.hungUp,
} as const;

export type StopSignal = keyof typeof signalExitCodes;

const signals = Object.keys(signalExitCodes) as StopSignal[];

export interface StopSignals {
  /** The first signal that came. */
  readonly received: StopSignal | undefined;
  /** Gives signals their usual meaning back. */
  ignore(): void;
}

/**
 * Milliseconds within which signals count as one: npm and npx send a Ctrl-C on to a command that the terminal has sent it to already.
 */
const TOGETHER = 100;

/**
 * Waits for the first Ctrl-C, SIGTERM or SIGHUP (the terminal was closed), which is a request to stop in good order. A second Ctrl-C or
 * SIGTERM ends the process at once: the operating system sees to that, however busy the process is. A second SIGHUP does nothing: a shell
 * and the kernel each send one when a terminal is closed.
 */
export function watchStopSignals(onFirst: (signal: StopSignal) => void): StopSignals {
  let received: StopSignal | undefined;
  const stop = (signal: StopSignal) => {
    if (received !== undefined) return;
    received = signal;
    // While it sleeps, signals that arrive are kept; when their listeners are gone they are dropped.
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
