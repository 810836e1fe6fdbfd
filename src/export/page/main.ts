/** The script of a model's page. */
import { bytesFromBase64 } from '../../foundation/bytes.js';
import type { WriterData } from '../html/writer-data.js';
import { createLearning } from './learning.js';
import { byId, showTrouble } from './page-elements.js';
import { missingFeature } from './requirements.js';
import { createWriting } from './writing.js';

function begin(): void {
  const missing = missingFeature();
  if (missing !== undefined) {
    showTrouble(missing);
    return;
  }
  // On a phone they would push the text out of sight.
  if (matchMedia('(max-width: 40rem)').matches) byId('settings', HTMLDetailsElement).open = false;
  const data = JSON.parse(byId('page-data').textContent ?? '') as WriterData;
  const writing = createWriting(data);
  writing.use(bytesFromBase64(byId('model').textContent ?? ''), data.modelPath);
  if (data.learning) createLearning(data.learning, writing.use);
}

begin();
