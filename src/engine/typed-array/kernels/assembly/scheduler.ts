// The program that a training step runs from end to end, without JavaScript in the loop.
//
// A segment is a run of instructions, each of Int32 words [tableIndex, wordCount, argument 0, argument 1, ...], where
// wordCount includes the two words of the header. Every kernel has the signature (args: usize) => void.

/**
 * Iterations of the barrier's spin loop before a thread sleeps: about a millisecond, more than the difference between shards of equal work.
 */
const BARRIER_SPINS: i32 = 1 << 20;

/**
 * Sleeps until the Int32 at `address` is notified; returns at once when it is not `value`. This is the host's Atomics.wait. It is not
 * memory.atomic.wait32, because V8's baseline compiler (seen in Node 20.20) stores that instruction's address as 64 bits in a slot of 32,
 * and so overwrites a neighbouring local.
 */
@external('env', 'sleep')
declare function sleep(address: usize, value: i32): void;

/** Runs the instructions in the byte range [start, end). */
export function runSegment(start: usize, end: usize): void {
  let instruction = start;
  while (instruction < end) {
    call_indirect<void>(load<u32>(instruction), instruction + 8);
    instruction += <usize>load<u32>(instruction, 4) << 2;
  }
}

/**
 * Runs this thread's part of a program of Int32 words [phases, shards, barrier, then for each phase and shard: start, end].
 * Shard s belongs to thread s % threads, and no thread enters a phase before all have left the one before it.
 *
 * @param program byte address of the program
 * @param thread number of this thread, 0 to threads - 1
 * @param threads how many threads run this program; each must call with the same number
 */
export function runProgram(program: usize, thread: i32, threads: i32): void {
  const phases = load<i32>(program);
  const shards = load<i32>(program, 4);
  const control = <usize>load<u32>(program, 8);
  let ranges = program + 12;
  for (let phase = 0; phase < phases; phase++) {
    for (let shard = thread; shard < shards; shard += threads) {
      const range = ranges + (<usize>shard << 3);
      runSegment(<usize>load<u32>(range), <usize>load<u32>(range, 4));
    }
    ranges += <usize>shards << 3;
    if (threads > 1) barrier(control, threads);
  }
}

/**
 * Returns when all `threads` have called it. The control block is two Int32 words, initially zero: the number of threads that have arrived,
 * and the generation, which the last one increments. It belongs on a cache line of its own.
 */
export function barrier(control: usize, threads: i32): void {
  const generation = atomic.load<i32>(control, 4);
  if (atomic.add<i32>(control, 1) == threads - 1) {
    // The count is reset before the threads are released: a fast thread may enter the next barrier at once.
    atomic.store<i32>(control, 0);
    atomic.add<i32>(control, 1, 4);
    atomic.notify(control + 4, threads);
  } else {
    waitWhileEqual(control + 4, generation, BARRIER_SPINS);
  }
}

/**
 * Returns the Int32 at `address` as soon as it differs from `value`: checks up to `spins` times, then sleeps until notified. The thread
 * that changes the word must notify.
 */
export function waitWhileEqual(address: usize, value: i32, spins: i32): i32 {
  let seen = atomic.load<i32>(address);
  for (let spin = 0; seen == value && spin < spins; spin++) seen = atomic.load<i32>(address);
  while (seen == value) {
    sleep(address, value);
    seen = atomic.load<i32>(address);
  }
  return seen;
}
