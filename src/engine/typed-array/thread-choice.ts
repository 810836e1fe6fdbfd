/** Chooses how many threads run a program, from the times of its own runs. Any number gives the same bits. */
export interface ThreadChoice {
  /** Threads of the next run. */
  threads(): number;
  /** Records how long that run took, in seconds. */
  took(seconds: number): void;
}

/** Runs on all threads during which code is compiled and threads start; they are not counted. */
const WARM_UP_RUNS = 3;
const WARM_UP_SECONDS = 0.03;
/** How long one number of threads is measured, in runs and seconds: long enough to include interruptions by other processes. */
const SAMPLE_RUNS = 2;
const SAMPLE_SECONDS = 0.02;
/** In a run as long as this, each thread has so much work that waiting for the others is negligible. */
const LONG_RUN = 0.1;
/** Seconds of runs after which everything is measured again, because the load of a machine changes. */
const PERIOD = 5;
/** The search stops at a smaller number of threads that is slower by this factor. */
const SLOWER = 1.1;

/**
 * Measures all threads, then half as many, and so on, until fewer are slower; uses the number whose runs took the least time, and measures
 * again from time to time.
 */
export function createThreadChoice(most: number): ThreadChoice {
  const counts: number[] = [];
  for (let count = most; count > 1; count = Math.ceil(count / 2)) counts.push(count);
  counts.push(1);
  let threads = most;
  /** Runs and seconds since the last change. */
  let runs = 0;
  let spent = 0;
  let place = -1;
  let means: number[] = [];
  const begin = (next: number, count: number) => {
    place = next;
    threads = count;
    runs = 0;
    spent = 0;
  };
  const choose = () => begin(counts.length, counts[means.indexOf(Math.min(...means))]!);

  return {
    threads: () => threads,
    took(seconds) {
      if (most === 1) return;
      runs++;
      spent += seconds;
      if (place < 0) {
        if (runs < WARM_UP_RUNS || spent < WARM_UP_SECONDS) return;
        if (seconds < LONG_RUN) begin(0, most);
      } else if (place < counts.length) {
        if (runs < SAMPLE_RUNS || spent < SAMPLE_SECONDS) return;
        means.push(spent / runs);
        const isSlower = place > 0 && means[place]! > SLOWER * means[place - 1]!;
        if (isSlower || place + 1 === counts.length) choose();
        else begin(place + 1, counts[place + 1]!);
      } else if (spent >= PERIOD) {
        means = [];
        begin(0, most);
      }
    },
  };
}
