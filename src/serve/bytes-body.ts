import type { Exchange } from './exchange.js';

/** Bytes of a part: what one slow client holds in memory besides the bytes themselves. */
const PART = 262_144;

/**
 * The body of an answer of many bytes. They are not copied: parts of them are sent when the client has read those before. It is a
 * request like others: it counts in the number of requests, and ends when its time is up.
 * @throws ApiError 429 when there are too many requests
 */
export function bytesBody(bytes: Uint8Array, exchange: Exchange): ReadableStream<Uint8Array> {
  const { signal, leave } = exchange.admit();
  exchange.isStream = true;
  let at = 0;
  let isOpen = true;
  return new ReadableStream<Uint8Array>(
    {
      start() {
        signal.addEventListener('abort', () => {
          if (!isOpen) return;
          isOpen = false;
          exchange.fail(signal.reason);
          // An error of the stream would be printed by the library.
          exchange.disconnect();
        });
      },
      pull(controller) {
        const part = bytes.subarray(at, at + PART);
        at += part.length;
        controller.enqueue(part);
        if (at < bytes.length) return;
        isOpen = false;
        controller.close();
        exchange.finish(200);
      },
      cancel: leave,
    },
    { highWaterMark: 0 },
  );
}
