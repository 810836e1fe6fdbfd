import { utf8Bytes } from '../foundation/bytes.js';
import type { ApiError } from './api-error.js';

/** Server-sent events in the form of OpenAI's interface. */
export interface EventStream {
  send(event: object): void;
  /** Whether the client reads more slowly than events are written. */
  readonly isFull: () => boolean;
}

/** Bytes of events that wait for the client before `isFull`. */
const MOST_WAITING = 65_536;

/**
 * The body of an answer of events.
 * @param write sends the events; when it resolves, the end follows, and when it rejects, an event with the error
 * @param onRoom called when the client has read
 * @param onCancel called when the client has gone
 * @param fail called with what `write` throws; returns the error that the client gets
 */
export function eventStreamBody(
  write: (events: EventStream) => Promise<void>,
  { onRoom, onCancel, fail }: { onRoom(): void; onCancel(): void; fail(thrown: unknown): ApiError },
): ReadableStream<Uint8Array> {
  let isOpen = true;
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const enqueue = (text: string) => {
          if (isOpen) controller.enqueue(utf8Bytes(`data: ${text}\n\n`));
        };
        const close = () => {
          if (isOpen) controller.close();
          isOpen = false;
        };
        const failed = (thrown: unknown) => {
          enqueue(JSON.stringify({ error: fail(thrown).body }));
          close();
        };
        const isFull = () => isOpen && (controller.desiredSize ?? 0) <= 0;
        write({ send: (event) => enqueue(JSON.stringify(event)), isFull }).then(() => {
          enqueue('[DONE]');
          close();
        }, failed);
      },
      pull: onRoom,
      cancel() {
        isOpen = false;
        onCancel();
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: MOST_WAITING }),
  );
}
