// @ts-check
// Runs in the page, which only shows what the worker writes. Text of a model is untrusted: it goes into `textContent`, never into HTML.

const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });

/** @type {(id: string) => HTMLElement} */
const element = (id) => {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no ${id}`);
  return found;
};
const prompt = /** @type {HTMLInputElement} */ (element('prompt'));
const text = element('text');
const status = element('status');

worker.addEventListener('message', ({ data }) => {
  if (data.type === 'text') text.textContent += data.text;
  else status.textContent = data.type === 'failed' ? data.message : data.type;
});

element('write').addEventListener('click', () => {
  text.textContent = prompt.value;
  status.textContent = 'writing';
  worker.postMessage({ type: 'write', prompt: prompt.value, seed: 1 });
});
element('stop').addEventListener('click', () => worker.postMessage({ type: 'stop' }));

const answer = await fetch('model.safetensors');
const bytes = new Uint8Array(await answer.arrayBuffer());
worker.postMessage({ type: 'open', bytes }, [bytes.buffer]);
