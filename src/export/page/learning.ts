import { element } from '../../page/browser/elements.js';
import type { LearningChoice } from '../html/writer-data.js';
import { learningConfig } from './learning-config.js';
import { createLossChart } from './loss-chart.js';
import type { WorkerAnswer } from './messages.js';
import { type ModelWorker, startWorker } from './model-worker.js';
import { byId, hideTrouble, saveFile, showTrouble } from './page-elements.js';
import { sampleLine } from './same-text-commands.js';
import type { UsableModel } from './writing.js';

/** The part of the page in which a network learns. @param use writes with the learned model */
export function createLearning(choices: readonly LearningChoice[], use: (model: UsableModel) => void): void {
  const network = byId('network', HTMLSelectElement);
  const ownText = byId('own-text', HTMLTextAreaElement);
  const source = byId('text-source', HTMLSelectElement);
  const start = byId('learn', HTMLButtonElement);
  const stop = byId('stop-learning', HTMLButtonElement);
  const progress = byId('progress', HTMLProgressElement);
  const status = byId('learning-status');
  const chart = createLossChart(byId('loss-chart'));
  let worker: ModelWorker | undefined;
  let learned: Uint8Array | undefined;

  network.replaceChildren(...choices.map(({ label }, i) => element('option', { value: String(i) }, label)));
  source.addEventListener('change', () => {
    byId('own-text-field').hidden = source.value !== 'own';
  });
  createTabs();

  function answer(message: WorkerAnswer): void {
    if (message.type === 'event') follow(message);
    else if (message.type === 'trained') {
      learned = message.bytes;
      end();
      byId('learned').hidden = false;
      if (message.reason === 'interrupted') status.textContent += ' · stopped';
    } else if (message.type === 'failed') {
      end();
      status.textContent = '';
      showTrouble(message.bug ? `This is a defect of the page: ${message.message}` : message.message);
    }
  }

  function follow({ event, seconds }: Extract<WorkerAnswer, { type: 'event' }>): void {
    if (event.type === 'start') {
      progress.max = event.steps;
      chart.clear(event.steps);
      byId('learning').hidden = false;
      byId('facts').textContent =
        `${event.parameters.toLocaleString('en')} parameters, ${event.vocabularySize} tokens in the vocabulary, ` +
        `${event.trainTokens.toLocaleString('en')} tokens to learn from`;
    } else if (event.type === 'step') {
      progress.value = event.step;
      const left = (seconds / event.step) * (event.steps - event.step);
      status.textContent = `Step ${event.step} of ${event.steps} · about ${duration(left)} left`;
      if (event.meanLoss !== undefined) chart.training(event.step, event.meanLoss);
      else if (event.step === 1) chart.training(1, event.loss);
    } else if (event.type === 'validation') chart.validation(event.step, event.loss);
    else if (event.type === 'samples') {
      const [sample] = event.samples;
      const text = sample?.text ?? sample?.failure ?? '';
      byId('samples').prepend(
        element('li', {}, element('h3', {}, `After ${event.step} steps`), element('blockquote', {}, text)),
      );
    } else if (event.type === 'end') {
      progress.value = event.step;
      const best = event.bestValidationLoss === undefined ? '' : ` · validation loss ${event.bestValidationLoss.toFixed(3)}`;
      status.textContent = `${event.step} steps in ${duration(seconds)}${best}`;
    }
  }

  function end(): void {
    worker?.close();
    worker = undefined;
    start.disabled = false;
    stop.disabled = true;
  }

  byId('learning-form', HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault();
    hideTrouble();
    byId('learned').hidden = true;
    byId('samples').replaceChildren();
    status.textContent = 'Reading the text …';
    start.disabled = true;
    stop.disabled = false;
    worker = startWorker(answer, (message) => {
      end();
      showTrouble(`The network cannot learn here: ${message}`);
    });
    const text = source.value === 'own' ? ownText.value : { fables: Number(source.value) };
    const config = learningConfig(choices[Number(network.value)]!, {
      steps: Number(byId('steps', HTMLInputElement).value),
      seed: Number(byId('learning-seed', HTMLInputElement).value),
      isOwnText: source.value === 'own',
    });
    worker.send({ type: 'train', text, config });
  });
  stop.addEventListener('click', () => worker?.send({ type: 'stop' }));
  byId('use-learned').addEventListener('click', () => {
    use({ bytes: learned!, command: sampleLine('model.safetensors') });
    byId('model-in-use').textContent = 'Written by the model that has learned in this page.';
    byId('model-in-use').hidden = false;
    byId('tab-writing').click();
  });
  byId('save-learned').addEventListener('click', () => saveFile('model.safetensors', learned!));
}

/** Two tabs, of which one is shown, as in the ARIA Authoring Practices Guide. */
function createTabs(): void {
  const tabs = ['tab-writing', 'tab-learning'].map((id) => byId(id));
  const choose = (chosen: HTMLElement) => {
    for (const tab of tabs) {
      const isChosen = tab === chosen;
      tab.setAttribute('aria-selected', String(isChosen));
      tab.tabIndex = isChosen ? 0 : -1;
      byId(tab.getAttribute('aria-controls') ?? '').hidden = !isChosen;
    }
  };
  for (const [i, tab] of tabs.entries()) {
    tab.addEventListener('click', () => choose(tab));
    tab.addEventListener('keydown', ({ key }) => {
      if (key !== 'ArrowLeft' && key !== 'ArrowRight') return;
      const other = tabs[1 - i]!;
      choose(other);
      other.focus();
    });
  }
}

function duration(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}
