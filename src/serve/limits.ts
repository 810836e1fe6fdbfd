import type { NumberRange } from '../foundation/arguments.js';

/** What one client, or all together, can make the server do. */
export interface Limits {
  /** Bytes of a request's body. */
  readonly bodyBytes: number;
  /** Tokens of all prompts or inputs of a request. */
  readonly inputTokens: number;
  /** Tokens of each written text. */
  readonly outputTokens: number;
  /** Texts of a request: prompts times `best_of`, or inputs. */
  readonly texts: number;
  /** Requests that are computed or wait for a row of the batch; further ones get status 429. */
  readonly requests: number;
  /** Seconds until an answer must be complete. */
  readonly answerSeconds: number;
  /** Seconds until a request must have arrived. */
  readonly arrivalSeconds: number;
  /** Connections at one time. */
  readonly connections: number;
}

/** A limit with its flag. */
interface LimitDeclaration {
  readonly name: keyof Limits;
  /** The flag of `serve`, without leading hyphens. */
  readonly flag: string;
  readonly describe: string;
  readonly usual: number;
  readonly range: NumberRange;
}

const count = (to: number): NumberRange => ({ from: 1, to, whole: true });

/** The registry of limits: each flag, its help, its check and its default. */
export const limitDeclarations = [
  {
    name: 'bodyBytes',
    flag: 'max-body',
    describe: 'Largest body of a request, in bytes',
    usual: 1_048_576,
    range: count(1_073_741_824),
  },
  {
    name: 'inputTokens',
    flag: 'max-input-tokens',
    describe: 'Most tokens in all prompts of a request',
    usual: 65_536,
    range: count(100_000_000),
  },
  {
    name: 'outputTokens',
    flag: 'max-tokens',
    describe: 'Most tokens of a text',
    usual: 4096,
    range: count(100_000_000),
  },
  {
    name: 'texts',
    flag: 'max-texts',
    describe: 'Most texts of a request: prompts times best_of',
    usual: 128,
    range: count(100_000),
  },
  {
    name: 'requests',
    flag: 'max-requests',
    describe: 'Most requests at one time; further ones are refused with status 429',
    usual: 256,
    range: count(100_000),
  },
  {
    name: 'answerSeconds',
    flag: 'answer-timeout',
    describe: 'Seconds until an answer must be complete',
    usual: 600,
    range: count(1_000_000),
  },
  {
    name: 'arrivalSeconds',
    flag: 'request-timeout',
    describe: 'Seconds until a request must have arrived',
    usual: 30,
    range: count(1_000_000),
  },
  {
    name: 'connections',
    flag: 'max-connections',
    describe: 'Most connections at one time',
    usual: 1024,
    range: count(100_000),
  },
] as const satisfies readonly LimitDeclaration[];

/** The flags of the limits. */
export type LimitFlag = (typeof limitDeclarations)[number]['flag'];
