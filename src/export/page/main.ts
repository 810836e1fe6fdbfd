/** The script of a model's page. */
import { bytesFromBase64 } from '../../foundation/bytes.js';
import type { WriterData } from '../html/writer-data.js';
import { createLearning } from './learning.js';
import { byId, showTrouble } from './page-elements.js';
import { missingFeature } from './requirements.js';
import { sampleLine } from './same-text-commands.js';
import { createServedModels } from './served-models.js';
import { createWriting } from './writing.js';

function begin(): void {
  const missing = missingFeature();
  if (missing !== undefined) {
    showTrouble(missing);
    return;
  }
  // On a phone they would push the text out of sight.
  if (matchMedia('(max-width: 40rem)').matches) byId('settings', HTMLDetailsElement).open = false;
  const { source, learning } = JSON.parse(byId('page-data').textContent ?? '') as WriterData;
  const writing = createWriting();
  if (source.type === 'server') createServedModels(source, writing);
  else {
    const bytes = bytesFromBase64(byId('model').textContent ?? '');
    writing.use({ bytes, command: sampleLine(source.path), isDescribed: true });
  }
  if (learning) createLearning(learning, writing.use);
}

begin();
