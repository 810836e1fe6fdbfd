import { createInspector } from './inspector.js';
import type { WorkerAnswer, WritingSettings } from './messages.js';
import { type ModelWorker, startWorker } from './model-worker.js';
import { byId, copyText, hideTrouble, showTrouble } from './page-elements.js';
import type { SameTextCommand } from './same-text-commands.js';
import { showDescription } from './shown-description.js';
import { createWrittenText, type ShownToken } from './written-text.js';

/** A model that can write in the page. */
export interface UsableModel {
  /** Of its file, with weights in float32 unless it `isDescribed`. */
  readonly bytes: Uint8Array;
  readonly command: SameTextCommand;
  /** Whether the page already describes it. */
  readonly isDescribed?: boolean;
}

/** The part of the page that writes texts. */
export interface Writing {
  /** Writes with another model from now on. */
  use(model: UsableModel): void;
  /** Removes the text, and the model. */
  close(): void;
}

export function createWriting(): Writing {
  const prompt = byId('prompt', HTMLTextAreaElement);
  const seed = byId('seed', HTMLInputElement);
  const stop = byId('stop', HTMLButtonElement);
  const status = byId('status');
  let worker: ModelWorker | undefined;
  let names: readonly string[] = [];
  let model: UsableModel | undefined;
  /** Of the latest text: its prompt as the model sees it, and its ids. */
  let read: { text: string; ids: Int32Array } = { text: '', ids: new Int32Array() };
  /** A token that a person chose, until the worker has read it. */
  let chosen: Omit<ShownToken, 'text' | 'chosen'> | undefined;
  let selected: number | undefined;

  const inspector = createInspector({ nameOf: (id) => names[id] ?? '', onMove: select, onReplace: goOn });
  const view = createWrittenText(byId('text'), select);

  function select(index: number | undefined): void {
    selected = index;
    view.select(index);
    inspector.show(view.tokens, index);
  }

  function start(after: string | Int32Array): void {
    hideTrouble();
    stop.disabled = false;
    status.textContent = 'Writing …';
    worker?.send({ type: 'write', prompt: after, settings: settings() });
  }

  function begin(): void {
    chosen = undefined;
    select(undefined);
    inspector.count(0);
    view.begin('');
    byId('result').hidden = false;
    start(prompt.value);
    showCommand(prompt.value);
  }

  /** Goes on from another token in the place of one, as if the text up to there was the prompt. */
  function goOn(index: number, id: number, probability: number): void {
    const { alternatives } = view.tokens[index]!;
    const kept = view.tokens.slice(0, index).map((token) => token.id);
    view.cut(index);
    chosen = { id, probability, alternatives };
    select(undefined);
    start(Int32Array.from([...read.ids, ...kept, id]));
  }

  function answer(message: WorkerAnswer): void {
    if (message.type === 'opened') {
      names = message.tokens;
      if (model?.isDescribed !== true) showDescription(message);
      byId('write', HTMLButtonElement).disabled = false;
      byId('again', HTMLButtonElement).disabled = false;
      status.textContent = 'Ready.';
    } else if (message.type === 'read') {
      if (chosen === undefined) {
        read = { text: message.text, ids: message.ids };
        view.begin(message.text);
      } else {
        view.append([{ ...chosen, text: message.last, chosen: true }]);
        showCommand(view.text());
        chosen = undefined;
      }
      inspector.count(view.tokens.length);
    } else if (message.type === 'written') {
      const { ids, texts, probabilities, alternatives } = message.tokens;
      view.append(
        ids.map((id, i) => ({
          ...{ id, text: texts[i]!, probability: probabilities[i]!, alternatives: alternatives[i]! },
          chosen: false,
        })),
      );
      inspector.count(view.tokens.length);
      if (selected !== undefined) select(selected);
    } else if (message.type === 'ended') {
      stop.disabled = true;
      status.textContent = summary(message);
    } else if (message.type === 'failed') {
      stop.disabled = true;
      status.textContent = '';
      showTrouble(message.bug ? `This is a defect of the page: ${message.message}` : message.message);
    }
  }

  /** The command that writes the same text. */
  function showCommand(from: string): void {
    byId('command').textContent = model?.command(from, settings()) ?? '';
  }

  const form = byId('writing-form', HTMLFormElement);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    begin();
  });
  prompt.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  byId('again').addEventListener('click', () => {
    seed.value = String(Number(seed.value) + 1);
    form.requestSubmit();
  });
  stop.addEventListener('click', () => worker?.send({ type: 'stop' }));
  byId('copy').addEventListener('click', () => void copyText(view.text(), byId('copy')));
  byId('copy-command').addEventListener('click', () => void copyText(byId('command').textContent ?? '', byId('copy-command')));
  byId('colours', HTMLInputElement).addEventListener('change', ({ target }) => {
    byId('text').classList.toggle('plain', !(target as HTMLInputElement).checked);
  });
  for (const name of ['temperature', 'top-p']) {
    const input = byId(name, HTMLInputElement);
    const show = () => {
      byId(`${name}-value`).textContent = Number(input.value).toFixed(2);
    };
    input.addEventListener('input', show);
    show();
  }

  /** The text goes as well: its tokens are those of the model. */
  function close(): void {
    worker?.close();
    worker = undefined;
    for (const id of ['write', 'again', 'stop']) byId(id, HTMLButtonElement).disabled = true;
    chosen = undefined;
    view.begin('');
    select(undefined);
    inspector.count(0);
    byId('result').hidden = true;
    status.textContent = '';
  }

  return {
    close,
    use(other) {
      close();
      model = other;
      status.textContent = 'Opening the model …';
      worker = startWorker(answer, (message) => showTrouble(`The model cannot be computed with here: ${message}`));
      worker.send({ type: 'open', bytes: other.bytes });
    },
  };
}

function settings(): WritingSettings {
  const number = (id: string) => Number(byId(id, HTMLInputElement).value);
  const topP = number('top-p');
  const stop = byId('stop-text', HTMLInputElement).value.replaceAll('\\n', '\n');
  return {
    temperature: number('temperature'),
    ...(topP < 1 && { topP }),
    seed: number('seed'),
    stop: stop === '' ? [] : [stop],
    length: number('length'),
  };
}

const finishes: ReadonlyMap<string, string> = new Map([
  ['stop', ', up to the stop text'],
  ['end', ', up to the end of the document'],
  ['stopped', ', stopped'],
]);

function summary({ finish, tokens, seconds }: Extract<WorkerAnswer, { type: 'ended' }>): string {
  const rate = tokens / Math.max(seconds, 1e-3);
  const speed = rate >= 100 ? Math.round(rate / 100) * 100 : Math.round(rate);
  const count = `${tokens.toLocaleString('en')} token${tokens === 1 ? '' : 's'}`;
  return `${count}${finishes.get(finish) ?? ''} · ${speed.toLocaleString('en')} per second`;
}
