import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Message } from './child.js';
import { keepCase, type Verdict } from './fuzzer.js';

/** What no case may take: of a processor's time, since a machine may have other work; and of time on the clock, for what waits. */
const MOST_SECONDS = 10;
const MOST_WAITING = 60;
const MOST_BYTES = 1 << 30;
/** Cases of one process: what it keeps from case to case is none of the next thousand's. */
const CASES_A_PROCESS = 1000;
/** A process makes its fuzzer's files before the first case. */
const SECONDS_TO_START = 120;

export interface Campaign {
  readonly area: string;
  readonly seed: number;
  /** The cases from `first` on, `count` of them. */
  readonly first: number;
  readonly count: number;
  /** A folder for the files of cases. */
  readonly folder: string;
  onVerdict(index: number, verdict: Verdict): void;
  /** Seconds of the processor that a case took. */
  onTime?(index: number, seconds: number): void;
}

/** Runs cases in processes of their own, one at a time; ends a process whose case takes too long or too much memory. */
export async function supervise(campaign: Campaign): Promise<void> {
  const end = campaign.first + campaign.count;
  for (let next = campaign.first; next < end; ) next = await runProcess(campaign, next, Math.min(end, next + CASES_A_PROCESS));
}

/** @returns the case to go on with */
function runProcess({ area, seed, folder, onVerdict, onTime }: Campaign, first: number, last: number): Promise<number> {
  const work = join(folder, 'work');
  const defects = join(folder, 'defects');
  const args = [area, work, defects, seed, first, last].map(String);
  const child = fork(fileURLToPath(new URL('child.js', import.meta.url)), args, {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // A file that is `auto` in its cache or temporary files has them here.
    env: { ...process.env, XDG_CACHE_HOME: join(folder, 'cache'), NO_COLOR: '1' },
  });
  let stderr = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-2000);
  });
  let [index, running, since] = [first, false, performance.now()];
  let before = usageOf(child);
  let killed: string | undefined;
  const watch = setInterval(() => {
    const seconds = (performance.now() - since) / 1000;
    const { memory, processor } = usageOf(child);
    if (!running) killed = seconds > SECONDS_TO_START ? 'its files were not made' : undefined;
    else if (processor - before.processor > MOST_SECONDS || seconds > MOST_WAITING) killed = `more than ${MOST_SECONDS} s`;
    else if (memory - before.memory > MOST_BYTES) killed = 'more than 1 GB';
    if (killed !== undefined) child.kill('SIGKILL');
  }, 100);
  child.on('message', (message: Message) => {
    if (message.type === 'starts') {
      [index, running, since] = [message.index, true, performance.now()];
      before = { ...usageOf(child), memory: before.memory || usageOf(child).memory };
      return;
    }
    onTime?.(message.index, usageOf(child).processor - before.processor);
    onVerdict(message.index, message.verdict);
    [index, running] = [message.index + 1, false];
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearInterval(watch);
      if (index >= last) return resolve(last);
      if (index === first && !running && killed === undefined && code !== 0)
        return reject(new Error(`the area ${area} cannot be prepared (${code ?? signal}): ${stderr}`));
      if (running) {
        keepCase(join(work, 'case'), join(defects, `${area}-${seed}-${index}`));
        onVerdict(index, { kind: 'defect', note: killed ?? `the process ended with ${code ?? signal}: ${stderr}` });
        index++;
      }
      resolve(index);
    });
  });
}

interface Usage {
  /** Bytes. */
  readonly memory: number;
  /** Seconds of all its threads. */
  readonly processor: number;
}

/** What a process takes; zeros where the system does not tell (only Linux has /proc). */
function usageOf({ pid }: ChildProcess): Usage {
  try {
    const read = (name: string) => readFileSync(`/proc/${pid}/${name}`, 'utf8');
    // The second field is the name of the program, in brackets, and may have blanks.
    const fields = read('stat')
      .replace(/^.*\) /s, '')
      .split(' ');
    return { memory: 4096 * Number(read('statm').split(' ')[1]), processor: (Number(fields[11]) + Number(fields[12])) / 100 };
  } catch {
    return { memory: 0, processor: 0 };
  }
}
