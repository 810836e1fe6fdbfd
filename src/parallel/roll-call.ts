import { fixed, type MpiLibrary } from './mpi-library.js';

/** The tag of the messages with which waiting processes tell each other where they are. Other messages have 0. */
const TAG = 1;

/** The share of the patience after which a process says that it waits. */
const TELLING = 0.1;

/** Who else waits, asked where a call takes long. */
export interface RollCall {
  /** Must be called from time to time while this process waits in its call number `call`, which began `seconds` ago. */
  check(call: number, seconds: number): void;
  /** Receives what the others have sent, which must not be left over at the end. */
  drain(): void;
}

/** Each process that waits for some time tells the others so. Those from which nothing was heard after a longer time are silent. */
export function createRollCall(
  { functions, world, int }: MpiLibrary,
  { rank, size, patience, onSilent }: RollCallOptions,
): RollCall {
  const others = Array.from({ length: size }, (_, other) => other).filter((other) => other !== rank);
  const [flag, status, request] = [fixed(Int32Array, 1), fixed(Uint8Array, 256), fixed(BigInt64Array, 1)];
  const [own, received] = [fixed(Int32Array, 1), fixed(Int32Array, 1)];
  /** The calls in which the other processes said that they wait. */
  const heard = new Int32Array(size);
  let told = 0;
  let reported = 0;

  /** A few bytes are sent at once, whether they are received or not. */
  function finish(): void {
    do functions.Test(request, flag, status);
    while (flag[0] === 0);
  }
  function drain(): void {
    for (const other of others) {
      for (;;) {
        functions.Iprobe(other, TAG, world, flag, status);
        if (flag[0] === 0) break;
        functions.Irecv(received, 1, int, other, TAG, world, request);
        finish();
        heard[other] = received[0]!;
      }
    }
  }
  return {
    drain,
    check(call, seconds) {
      if (seconds < TELLING * patience) return;
      if (told < call) {
        told = call;
        own[0] = call;
        for (const other of others) {
          functions.Isend(own, 1, int, other, TAG, world, request);
          finish();
        }
      }
      if (reported === call || seconds < patience) return;
      reported = call;
      drain();
      const silent = others.filter((other) => heard[other]! < call);
      // One report is enough: that of the first process that waits.
      if (silent.length > 0 && others.every((other) => other > rank || silent.includes(other))) onSilent(silent, seconds);
    },
  };
}

export interface RollCallOptions {
  readonly rank: number;
  readonly size: number;
  /** Seconds of waiting after which silent processes are named. */
  readonly patience: number;
  /** The processes for which the others wait. */
  readonly onSilent: (ranks: readonly number[], seconds: number) => void;
}
