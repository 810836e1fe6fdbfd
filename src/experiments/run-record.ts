import { statSync } from 'node:fs';
import { loadConfig } from '../config/load.js';
import { isLocked } from '../files/lock.js';
import { UserError } from '../foundation/errors.js';
import { type LossCurve, readLossCurves } from '../run/loss-curves.js';
import { runLayout } from '../run/run-directory.js';
import { readSessions, type SessionBegin, type SessionEnd, type SessionLine, type SessionReason } from '../run/sessions-log.js';
import { type ConfigLeaves, configLeaves } from './config-leaves.js';

/** `killed`: the last session ended without a line in the log of sessions. `unknown`: there is no such log. */
export const runStates = [
  'running',
  'completed',
  'early-stopped',
  'stopped',
  'diverged',
  'failed',
  'killed',
  'unknown',
] as const;
export type RunState = (typeof runStates)[number];

/** What is known of a run from the files in its directory, without its model. Losses are in nats per token. */
export interface RunRecord {
  readonly directory: string;
  readonly state: RunState;
  /** What the error said that ended the run. */
  readonly message?: string;
  /** The last step in the logs. */
  readonly step: number;
  /** Steps of the whole run, where they are known. */
  readonly steps?: number;
  /** Mean training loss in the last line of the metrics. */
  readonly trainingLoss?: number;
  /** The lowest loss of all validations. */
  readonly bestValidationLoss?: number;
  readonly bestStep?: number;
  /** Loss of the best model on the test split, measured when the run ended. */
  readonly testLoss?: number;
  /** Speed of the last session, with validations and checkpoints. */
  readonly tokensPerSecond?: number;
  /** Time of training in all sessions. */
  readonly seconds?: number;
  readonly parameters?: number;
  readonly engine?: string;
  readonly threads?: number;
  /** When the metrics last changed. */
  readonly changed?: Date;
  /** The values of the config by their paths; empty if the config is not valid. */
  readonly config: ConfigLeaves;
  /** Why the config could not be read. */
  readonly problem?: string;
}

/** Reads the record of the run in a directory. Nothing there is trusted, and the run may be active. */
export async function readRunRecord(directory: string): Promise<RunRecord> {
  const layout = runLayout(directory);
  const isRunning = isLocked(layout.lock);
  const lines = readSessions(layout.sessions);
  const { training, validation, tokens } = await readLossCurves(layout.metrics);
  const changed = statSync(layout.metrics, { throwIfNoEntry: false })?.mtime;
  const sessions = sessionsOf(lines, { tokens, changed });
  const last = sessions.at(-1);
  const { config, problem } = readConfigLeaves(layout.config);
  const planned = config.get('training.steps');
  const steps = last?.begin?.steps ?? (typeof planned === 'number' ? planned : undefined);
  const best = lowest(validation);
  return {
    directory,
    state: stateOf(last, isRunning),
    ...(last?.end?.message !== undefined && !isRunning && { message: last.end.message }),
    step: Math.max(training.steps.at(-1) ?? 0, last?.end?.step ?? 0, last?.begin?.step ?? 0),
    ...optional('steps', steps),
    ...optional('trainingLoss', training.losses.at(-1)),
    ...(best && { bestValidationLoss: best.loss, bestStep: best.step }),
    ...optional('testLoss', isRunning ? undefined : last?.end?.testLoss),
    ...optional('tokensPerSecond', last && last.seconds > 0 ? last.tokens / last.seconds : undefined),
    ...(last && { seconds: sessions.reduce((sum, { seconds }) => sum + seconds, 0) }),
    ...optional('parameters', last?.begin?.parameters),
    ...optional('engine', last?.begin?.engine),
    ...optional('threads', last?.begin?.threads),
    ...optional('changed', changed),
    config,
    ...optional('problem', problem),
  };
}

/** Reads records again and again, as {@link readRunRecord} does; a run whose files have not changed is not read again. */
export function createRunReader(): (directory: string) => Promise<RunRecord> {
  const known = new Map<string, { state: string; record: RunRecord }>();
  return async (directory) => {
    const { lock, sessions, metrics, config } = runLayout(directory);
    // Before the reading, so that a change during it is seen the next time.
    const files = [sessions, metrics, config].map((path) => statSync(path, { throwIfNoEntry: false }));
    const state = JSON.stringify([isLocked(lock), files.map((file) => file && [file.size, file.mtimeMs])]);
    const before = known.get(directory);
    if (before?.state === state) return before.record;
    const record = await readRunRecord(directory);
    known.set(directory, { state, record });
    return record;
  };
}

/** A session of training: its lines, what it trained on, and how long. */
interface Session {
  readonly begin?: SessionBegin;
  readonly end?: SessionEnd;
  readonly tokens: number;
  readonly seconds: number;
}

/**
 * The sessions of a run. That of one without an end, because it was killed or is active, is taken from the metrics.
 *
 * @param metrics the tokens in the last line of the metrics, and when they changed
 */
function sessionsOf(lines: readonly SessionLine[], metrics: { tokens: number; changed: Date | undefined }): Session[] {
  const sessions: Session[] = [];
  for (const [i, line] of lines.entries()) {
    if (line.type === 'begin') {
      const next = lines[i + 1];
      if (next?.type === 'end') continue;
      // A later session began from a checkpoint, whose tokens it names.
      const until = next ?? { tokens: metrics.tokens, time: metrics.changed?.toISOString() ?? line.time };
      const seconds = (Date.parse(until.time) - Date.parse(line.time)) / 1000;
      const isKnown = next === undefined && seconds > 0;
      sessions.push({
        begin: line,
        tokens: isKnown ? Math.max(0, until.tokens - line.tokens) : 0,
        seconds: isKnown ? seconds : 0,
      });
    } else {
      const before = lines[i - 1];
      const begin = before?.type === 'begin' ? before : undefined;
      sessions.push({ ...(begin && { begin }), end: line, tokens: line.tokens - (begin?.tokens ?? 0), seconds: line.seconds });
    }
  }
  return sessions;
}

const states: Readonly<Record<SessionReason, RunState>> = {
  completed: 'completed',
  'early-stopping': 'early-stopped',
  interrupted: 'stopped',
  diverged: 'diverged',
  failed: 'failed',
};

function stateOf(last: Session | undefined, isRunning: boolean): RunState {
  if (isRunning) return 'running';
  if (last === undefined) return 'unknown';
  return last.end === undefined ? 'killed' : states[last.end.reason];
}

function lowest({ steps, losses }: LossCurve): { step: number; loss: number } | undefined {
  let best: { step: number; loss: number } | undefined;
  for (const [i, loss] of losses.entries()) if (best === undefined || loss < best.loss) best = { step: steps[i]!, loss };
  return best;
}

function readConfigLeaves(path: string): { config: ConfigLeaves; problem?: string } {
  try {
    return { config: configLeaves(loadConfig(path)) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { config: new Map(), problem: error.message };
  }
}

/** An object with the key, or without it where the value is undefined. */
function optional<Key extends string, Value>(key: Key, value: Value | undefined): { [K in Key]?: Value } {
  return (value === undefined ? {} : { [key]: value }) as { [K in Key]?: Value };
}
