import type { HonoRequest } from 'hono';
import { type ApiError, toApiError } from './api-error.js';
import type { Usage } from './completions.js';
import type { Endpoints } from './endpoints.js';
import type { Limits } from './limits.js';
import type { ServerMetrics } from './metrics.js';
import type { RunningRequest, RunningRequests } from './running-requests.js';
import type { ServedModel } from './served-model.js';

/** A line of the log. It has no text of a request or an answer. */
export interface RequestRecord {
  /** Milliseconds since 1970 at the end of the answer. */
  readonly time: number;
  readonly method: string;
  /** The path of the endpoint; for a path without one, `unknown`. */
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
  readonly model?: string | undefined;
  readonly usage?: Usage | undefined;
  /** The code of the error. */
  readonly error?: string | undefined;
}

/** What the handlers of requests share. */
export interface ServerContext {
  readonly endpoints: Endpoints;
  readonly limits: Limits;
  readonly metrics: ServerMetrics;
  readonly running: RunningRequests;
  /** Milliseconds since 1970. */
  now(): number;
  /** A seed for a request without one. */
  nextSeed(): number;
  log(record: RequestRecord): void;
  /** Reports an error that is a bug. */
  onBug(error: unknown): void;
  /** @throws ApiError 404 */
  modelOf(name: string): ServedModel;
}

/** One request and its answer, until it is logged. */
export interface Exchange {
  readonly begin: number;
  /** Set when they are known, for the log and the counts. */
  model: string | undefined;
  usage: Usage | undefined;
  /** Whether the answer is a stream, which calls `finish` itself. */
  isStream: boolean;
  /** Begins the computation. @throws ApiError 429 when there are too many */
  admit(): RunningRequest;
  /** Stops what is left of the computation, counts the request, and logs it. */
  finish(status: number, error?: string): void;
  /** Closes the connection, so that the client sees that an answer is incomplete. */
  readonly disconnect: () => void;
  /** As `finish`, and returns the error as the client sees it. */
  fail(thrown: unknown): ApiError;
}

export type Handler = (request: HonoRequest, exchange: Exchange) => Promise<Response> | Response;

/** Of a request: its method and route for the log, and its connection. */
interface ExchangeOptions {
  readonly method: string;
  readonly route: string;
  /** Aborted when the client has closed the connection. */
  readonly client: AbortSignal;
  readonly disconnect: () => void;
}

export function beginExchange(context: ServerContext, { method, route, client, disconnect }: ExchangeOptions): Exchange {
  const { now, metrics, log, onBug, running } = context;
  const begin = now();
  let own: RunningRequest | undefined;
  const exchange: Exchange = {
    begin,
    model: undefined,
    usage: undefined,
    isStream: false,
    disconnect,
    admit() {
      own = running.admit(client);
      return own;
    },
    finish(status, error) {
      own?.close();
      const time = now();
      const seconds = (time - begin) / 1000;
      const { model, usage } = exchange;
      metrics.request(route, status, seconds);
      if (model !== undefined && usage !== undefined) {
        metrics.tokens(model, 'prompt', usage.prompt);
        metrics.tokens(model, 'completion', usage.completion);
      }
      log({ time, method, route, status, seconds, model, usage, error });
    },
    fail(thrown) {
      const error = toApiError(thrown);
      if (error.status === 500) onBug(thrown);
      exchange.finish(error.status, error.body.code ?? undefined);
      return error;
    },
  };
  return exchange;
}
