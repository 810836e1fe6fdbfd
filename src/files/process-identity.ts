import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** Who holds a lock. */
export interface ProcessIdentity {
  pid: number;
  host: string;
  /** Start of the process in clock ticks since the machine's; tells it from a later process of the same number. Linux only. */
  started?: string;
  /** Different for every lock ever taken. */
  id: string;
}

export function currentProcess(): ProcessIdentity {
  const started = processStat(process.pid)?.started;
  return { pid: process.pid, host: hostname(), ...(started !== undefined && { started }), id: randomUUID() };
}

/** Whether the process still runs. One on another machine cannot be asked, so it counts as running. */
export function isRunning({ pid, host, started }: ProcessIdentity): boolean {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is there, and another user's.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const stat = processStat(pid);
  if (stat === undefined) return true;
  // A zombie is dead: nobody has asked for its exit code yet, which in a container may be never.
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
