/**
 * Lets timers, messages and the other work of the program run, then goes on. Browsers have no `setImmediate`: there a message to this
 * program itself is the shortest wait, since a chain of `setTimeout` waits at least 4 ms each time.
 */
export function nextTurn(): Promise<void> {
  if (typeof setImmediate === 'function') return new Promise((resolve) => void setImmediate(resolve));
  return new Promise((resolve) => {
    waiting.push(resolve);
    channel ??= openChannel();
    channel.postMessage(undefined);
  });
}

/** The callers that wait, in order: each message resumes one. */
const waiting: (() => void)[] = [];
let channel: Port | undefined;

/** As browsers have it; Node's types leave `onmessage` out. */
interface Port {
  onmessage: (() => void) | null;
  postMessage(message: unknown): void;
}

function openChannel(): Port {
  const { port1, port2 } = new MessageChannel() as unknown as { port1: Port; port2: Port };
  port1.onmessage = () => waiting.shift()?.();
  return port2;
}
