import { UserError } from '../../foundation/errors.js';
import type { JsonValue } from '../../foundation/strict-json.js';
import type { MetricsLog } from '../../run/metrics-log.js';
import type { SessionBegin, SessionEnd } from '../../run/sessions-log.js';
import type { TrainingEvent, TrainingListener } from '../events.js';

interface SessionOptions {
  readonly log: Pick<MetricsLog, 'append'>;
  /** Tokens that were predicted in earlier sessions. */
  readonly tokens: number;
  /** The time in seconds since 1970. */
  readonly wallTime: () => number;
  readonly onNotice: (message: string) => void;
}

/** Writes the lines of a session to sessions.jsonl. */
interface SessionRecorder {
  readonly onEvent: TrainingListener;
  /** The session ends with an error. */
  fail(error: unknown): void;
}

/** @returns a recorder whose `onEvent` gets every event from `start` on; it throws a UserError `disk` only for `start` */
export function recordSession({ log, tokens: earlier, wallTime, onNotice }: SessionOptions): SessionRecorder {
  const begun = wallTime();
  let isOver = false;
  const place = { step: 0, tokens: earlier, seconds: 0 };
  const time = () => new Date(1000 * wallTime()).toISOString();

  /** The session is over and its results are stored, so a line that cannot be written must not make it fail. The first end counts. */
  function end(line: Omit<SessionEnd, 'type' | 'time'>): void {
    if (isOver) return;
    isOver = true;
    try {
      log.append({ type: 'end', time: time(), ...line } as unknown as JsonValue);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      onNotice(`the end of this session is not in the log of sessions: ${error.message}`);
    }
  }

  function onEvent(event: TrainingEvent): void {
    if (event.type === 'start') {
      const { step, steps, parameters, engine, threads, trainTokens, validationTokens } = event;
      place.step = step;
      const numbers = { step, steps, tokens: earlier, parameters, trainTokens, validationTokens };
      const line: SessionBegin = { type: 'begin', time: time(), ...numbers, engine, threads };
      log.append(line as unknown as JsonValue);
    }
    if (event.type === 'step') Object.assign(place, { step: event.step, tokens: event.tokens });
    // A run that ends well writes a checkpoint after its last step.
    if (event.type === 'checkpoint') place.seconds = wallTime() - begun;
    if (event.type === 'end') {
      const { type: _, model: __, reason, ...results } = event;
      end({ reason, seconds: place.seconds, ...results });
    }
  }

  return {
    onEvent,
    fail(error) {
      const isDiverged = error instanceof UserError && error.kind === 'diverged';
      end({
        reason: isDiverged ? 'diverged' : 'failed',
        message: error instanceof Error ? error.message : String(error),
        ...place,
        seconds: wallTime() - begun,
      });
    },
  };
}
