/** Work that its caller can end. */
export interface Abortable {
  /** When it is aborted, the work ends at the next turn of the event loop and rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Waits until timers, messages and other pending tasks of the program have run, among them what aborts the signal.
 * @throws the signal's reason when it is aborted
 */
export async function nextTurn(signal?: AbortSignal): Promise<void> {
  await pendingTasks();
  signal?.throwIfAborted();
}

/** Browsers have no `setImmediate`: there it posts a message to itself, because nested `setTimeout` calls wait at least 4 ms each. */
function pendingTasks(): Promise<void> {
  if (typeof setImmediate === 'function') return new Promise((resolve) => void setImmediate(resolve));
  return new Promise((resolve) => {
    waiting.push(resolve);
    channel ??= openChannel();
    channel.postMessage(undefined);
  });
}

/** The waiting callers, in order: each message resumes one. */
const waiting: (() => void)[] = [];
let channel: Port | undefined;

/** A browser's MessagePort; Node's types lack `onmessage`. */
interface Port {
  onmessage: (() => void) | null;
  postMessage(message: unknown): void;
}

function openChannel(): Port {
  const { port1, port2 } = new MessageChannel() as unknown as { port1: Port; port2: Port };
  port1.onmessage = () => waiting.shift()?.();
  return port2;
}
