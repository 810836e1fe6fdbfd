import { joinBytes } from '../../foundation/bytes.js';
import { element } from '../../page/browser/elements.js';
import type { PageServer } from '../html/writer-data.js';
import { byId, hideTrouble, showTrouble } from './page-elements.js';
import { requestLine } from './same-text-commands.js';
import type { Writing } from './writing.js';

/** An answer of the server that is an error. */
class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/**
 * The part of the page that gets models from its server. The key stays in this closure: it is neither stored nor part of an address. The
 * parameter `model` of the page's address chooses the first model.
 */
export function createServedModels(server: PageServer, writing: Writing): void {
  const lock = server.needsKey ? createLock(unlock) : undefined;
  const choice = byId('served-model', HTMLSelectElement);
  const status = byId('status');
  let key = '';
  /** Ends the request for a model when another one is chosen. */
  let current = new AbortController();

  async function ask(path: string, signal?: AbortSignal): Promise<Response> {
    // Relative to the page, which a proxy may show under another path.
    const headers = new Headers(key === '' ? {} : { authorization: `Bearer ${key}` });
    const response = await fetch(`.${path}`, { headers, ...(signal && { signal }) });
    if (response.ok) return response;
    const body = await response.json().catch(() => undefined);
    throw new Refusal(response.status, body?.error?.message ?? `the server answers with status ${response.status}`);
  }

  function failed(error: unknown): void {
    status.textContent = '';
    if (error instanceof Refusal) {
      if (error.status === 401) lock?.close();
      showTrouble(error.message);
    } else showTrouble(`The server does not answer: ${error instanceof Error ? error.message : error}`);
  }

  async function list(): Promise<void> {
    const { data } = (await (await ask(server.models)).json()) as { data: readonly { id: string }[] };
    const names = data.map(({ id }) => id);
    lock?.open();
    byId('model-choice').hidden = names.length < 2;
    choice.replaceChildren(...names.map((name) => element('option', { value: name }, name)));
    const wanted = new URLSearchParams(location.search).get('model');
    choice.value = names.includes(wanted ?? '') ? wanted! : names[0]!;
    await open(choice.value);
    if (wanted !== null && !names.includes(wanted)) showTrouble(`There is no model ${wanted} here; this is ${choice.value}.`);
  }

  async function open(name: string): Promise<void> {
    current.abort();
    current = new AbortController();
    const { signal } = current;
    writing.close();
    byId('title').textContent = name;
    document.title = name;
    try {
      const response = await ask(server.file.replace('{model}', encodeURIComponent(name)), signal);
      const bytes = await bytesOf(response, (share) => {
        status.textContent = `Loading the model: ${share}`;
      });
      const url = new URL('.', location.href).href.replace(/\/$/, '');
      writing.use({ bytes, command: requestLine(server, url, name) });
    } catch (error) {
      if (!signal.aborted) failed(error);
    }
  }

  function unlock(given: string): void {
    hideTrouble();
    key = given;
    list().catch(failed);
  }

  choice.addEventListener('change', () => {
    hideTrouble();
    history.replaceState(null, '', `?${new URLSearchParams({ model: choice.value })}`);
    void open(choice.value);
  });
  if (lock) lock.close();
  else list().catch(failed);
}

/**
 * The form for the key, which hides the rest of the page while it is closed.
 * @param onKey called with what a person has entered
 */
function createLock(onKey: (key: string) => void): { open(): void; close(): void } {
  const form = byId('key-form', HTMLFormElement);
  const input = byId('key', HTMLInputElement);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    onKey(input.value.trim());
  });
  const show = (isOpen: boolean) => {
    form.hidden = isOpen;
    for (const id of ['writing', 'about', 'model-choice']) byId(id).hidden = !isOpen;
  };
  return {
    open: () => show(true),
    close() {
      show(false);
      input.focus();
    },
  };
}

/** The body of an answer. @param onShare called with how much has come, for people */
async function bytesOf({ body, headers }: Response, onShare: (share: string) => void): Promise<Uint8Array<ArrayBuffer>> {
  const all = Number(headers.get('content-length'));
  const megabytes = (count: number) => `${(count / 1e6).toFixed(1)} MB`;
  const parts: Uint8Array[] = [];
  let length = 0;
  const reader = body!.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return joinBytes(parts);
    parts.push(value);
    length += value.length;
    onShare(all > 0 ? `${megabytes(length)} of ${megabytes(all)}` : megabytes(length));
  }
}
