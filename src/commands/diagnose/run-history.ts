import type { RunHistory } from '../../diagnose/evidence.js';
import { readLossCurves } from '../../run/loss-curves.js';
import { runLayout } from '../../run/run-directory.js';
import { readSessions } from '../../run/sessions-log.js';

/** What the logs of a run say about its training. */
export async function historyOf(directory: string): Promise<RunHistory> {
  const { metrics, sessions } = runLayout(directory);
  const last = readSessions(sessions).at(-1);
  return { curves: await readLossCurves(metrics), ...(last?.type === 'end' && { ended: last.reason }) };
}
