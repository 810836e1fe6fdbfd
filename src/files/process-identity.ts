import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** Who holds a lock. */
export interface ProcessIdentity {
  pid: number;
  host: string;
  /**
   * Start time of the process in clock ticks after the start of the machine: distinguishes it from a later process with the same number.
   * Linux only.
   */
  started?: string;
  /** Unique for every lock. */
  id: string;
}

export function currentProcess(): ProcessIdentity {
  const started = processStat(process.pid)?.started;
  return { pid: process.pid, host: hostname(), ...(started !== undefined && { started }), id: randomUUID() };
}

/** Whether the process still runs. A process on another machine cannot be checked and counts as running. */
export function isRunning({ pid, host, started }: ProcessIdentity): boolean {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: the process exists and belongs to another user.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const stat = processStat(pid);
  if (stat === undefined) return true;
  // A zombie has ended, but its parent has not read the exit code; in a container that may never happen.
  return stat.state !== 'Z' && stat.state !== 'X' && (started === undefined || stat.started === started);
}

/** From /proc/<pid>/stat (proc(5)), fields 3 and 22; undefined where there is no such file. */
function processStat(pid: number): { state: string; started: string } | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined;
  }
  // Field 2 is the program's name in parentheses, and may itself hold spaces and parentheses.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0]!, started: fields[19]! };
}
