import { setMaxListeners } from 'node:events';
import { ApiError, clientClosed, requestTimeout, serverStopping } from './api-error.js';
import type { Limits } from './limits.js';

/** A request while it is computed. */
export interface RunningRequest {
  /** Aborted when the client has gone, the time is up, or the server stops. */
  readonly signal: AbortSignal;
  /** Stops what is still computed for it. Must be called once the answer is complete. */
  close(): void;
  /** The client has gone. */
  leave(): void;
}

/** The requests that are computed at one time. */
export interface RunningRequests {
  /** @throws ApiError 429 when there are too many */
  admit(client: AbortSignal): RunningRequest;
  readonly count: number;
  /** Resolves when none is left, or when `milliseconds` have passed and the rest has been aborted. */
  drain(milliseconds: number): Promise<void>;
}

export function createRunningRequests({ requests: most, answerSeconds }: Limits): RunningRequests {
  const running = new Set<AbortController>();
  let onEmpty = () => {};
  return {
    admit(client) {
      if (running.size >= most)
        throw new ApiError(429, `the server computes ${most} requests, its limit: try again later`, {
          code: 'too_many_requests',
          headers: { 'retry-after': '1' },
        });
      const controller = new AbortController();
      // Each text of the request listens.
      setMaxListeners(0, controller.signal);
      running.add(controller);
      const timer = setTimeout(() => controller.abort(requestTimeout(answerSeconds)), 1000 * answerSeconds);
      const leave = () => controller.abort(clientClosed());
      client.addEventListener('abort', leave, { once: true });
      if (client.aborted) leave();
      return {
        signal: controller.signal,
        leave,
        close() {
          clearTimeout(timer);
          client.removeEventListener('abort', leave);
          controller.abort(clientClosed());
          running.delete(controller);
          if (running.size === 0) onEmpty();
        },
      };
    },
    get count() {
      return running.size;
    },
    async drain(milliseconds) {
      if (running.size === 0) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(() => {
          for (const controller of running) controller.abort(serverStopping());
          // What was aborted ends at the next token.
        }, milliseconds);
        onEmpty = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    },
  };
}
