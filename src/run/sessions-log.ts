import { type FileSystem, nodeFileSystem } from '../files/file-system.js';
import { kindOf, readBeginning } from '../files/regular-file.js';
import { type JsonValue, memberOf, parseStrictJson } from '../foundation/strict-json.js';
import { type MetricsLog, openMetricsLog } from './metrics-log.js';

/**
 * sessions.jsonl: when and how a run was trained. A run that is stopped and resumed has several sessions. Each writes one line before its
 * first step and one when it ends; a session that was killed has no second line. This is the only file of a run that contains times: equal
 * runs differ in it, and no other file depends on it.
 */
export type SessionLine = SessionBegin | SessionEnd;

/** Everything was loaded; the first step follows. */
export interface SessionBegin {
  readonly type: 'begin';
  /** ISO 8601, UTC. */
  readonly time: string;
  /** The step from which the run continues, and the steps of the whole run. */
  readonly step: number;
  readonly steps: number;
  /** Tokens predicted in earlier sessions. */
  readonly tokens: number;
  readonly parameters: number;
  /** With its provider, if it has one. */
  readonly engine: string;
  readonly threads: number;
  /** Tokens of the splits; absent in logs of earlier versions. */
  readonly trainTokens?: number;
  readonly validationTokens?: number;
}

/** Why a session ended: `interrupted` by a request to stop, `failed` by an error other than divergence. */
export const sessionReasons = ['completed', 'early-stopping', 'interrupted', 'diverged', 'failed'] as const;
export type SessionReason = (typeof sessionReasons)[number];

export interface SessionEnd {
  readonly type: 'end';
  readonly time: string;
  readonly reason: SessionReason;
  /** What an error said. */
  readonly message?: string;
  readonly step: number;
  /** Tokens predicted since the run began. */
  readonly tokens: number;
  /** From the beginning of the session to its last checkpoint, which follows its last step; or to the error that ended it. */
  readonly seconds: number;
  /** The lowest loss of all validations, in nats per token. */
  readonly bestValidationLoss?: number;
  readonly bestStep?: number;
  /** Losses of the best model on the whole splits, in nats per token. */
  readonly validationLoss?: number;
  readonly testLoss?: number;
  /** Losses to compare with, as in the event `end`: of the uniform distribution, of the process that wrote the text, of n-gram models. */
  readonly lossOfChance?: number;
  readonly validationFloor?: number;
  readonly baselines?: NgramLosses;
}

/** Losses of n-gram models on the validation split, in nats per token. */
interface NgramLosses {
  readonly unigram: number;
  /** With modified Kneser-Ney smoothing, of this order. */
  readonly kneserNey: number;
  readonly order: number;
  readonly trainingTokens: number;
}

const losses = ['bestValidationLoss', 'bestStep', 'validationLoss', 'testLoss', 'lossOfChance', 'validationFloor'];
const ngramKeys = ['unigram', 'kneserNey', 'order', 'trainingTokens'];

/**
 * Opens the log for appending. An incomplete last line, of a session that was killed while it wrote, is removed.
 *
 * @throws UserError `disk` when the operating system refuses
 */
export function openSessionsLog(path: string, files: FileSystem = nodeFileSystem): MetricsLog {
  const log = openMetricsLog(path, files);
  try {
    if (log.length > 0) log.truncate(readBeginning(path, log.length, 'refuse').lastIndexOf(0x0a) + 1);
  } catch (error) {
    log.close();
    throw error;
  }
  return log;
}

/** The most bytes that are read: thousands of sessions. */
const MOST_BYTES = 1 << 20;

/** The sessions of a run, oldest first. Lines that are not valid are left out; there are none where there is no such file. */
export function readSessions(path: string): SessionLine[] {
  if (kindOf(path) !== 'file') return [];
  const lines = readBeginning(path, MOST_BYTES, 'refuse').toString('utf8').split('\n');
  return lines.flatMap((line) => sessionLine(line) ?? []);
}

function sessionLine(text: string): SessionLine | undefined {
  let line: JsonValue;
  try {
    line = parseStrictJson(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
  const isNumber = (name: string) => typeof memberOf(line, name) === 'number';
  const isText = (name: string) => typeof memberOf(line, name) === 'string';
  const isAbsentOr = (valid: (name: string) => boolean) => (name: string) => memberOf(line, name) === undefined || valid(name);
  const isBaselines = (name: string) => ngramKeys.every((key) => typeof memberOf(memberOf(line, name), key) === 'number');
  const type = memberOf(line, 'type');
  const isValid =
    type === 'begin'
      ? ['time', 'engine'].every(isText) &&
        ['step', 'steps', 'tokens', 'parameters', 'threads'].every(isNumber) &&
        ['trainTokens', 'validationTokens'].every(isAbsentOr(isNumber))
      : type === 'end' &&
        isText('time') &&
        (sessionReasons as readonly unknown[]).includes(memberOf(line, 'reason')) &&
        isAbsentOr(isText)('message') &&
        ['step', 'tokens', 'seconds'].every(isNumber) &&
        losses.every(isAbsentOr(isNumber)) &&
        isAbsentOr(isBaselines)('baselines');
  return isValid ? (line as unknown as SessionLine) : undefined;
}
