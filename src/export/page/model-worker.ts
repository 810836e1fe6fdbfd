import type { WorkerAnswer, WorkerRequest } from './messages.js';

/** A worker with the page's own code. */
export interface ModelWorker {
  send(request: WorkerRequest): void;
  close(): void;
}

/**
 * The code comes from an element of the page: a page that is opened from a disk cannot load another file.
 * @param onTrouble called when the worker cannot run at all
 */
export function startWorker(onAnswer: (answer: WorkerAnswer) => void, onTrouble: (message: string) => void): ModelWorker {
  const code = document.getElementById('worker')?.textContent ?? '';
  const url = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
  const worker = new Worker(url);
  worker.addEventListener('message', ({ data }: MessageEvent<WorkerAnswer>) => onAnswer(data));
  worker.addEventListener('error', (event) => onTrouble(event.message || 'the worker could not be started'));
  return {
    send: (request) => worker.postMessage(request),
    close() {
      worker.terminate();
      URL.revokeObjectURL(url);
    },
  };
}
