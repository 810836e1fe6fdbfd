import { expect, test } from 'vitest';
import { layersInWords, namesInWords } from '../../src/model/describe.js';
import { modelOptions } from '../../src/model/specification.js';

const lstm = { type: 'lstm', size: 8 };

test.each<[object[], string, string]>([
  [[lstm], 'LSTM, 1 layer of 8', 'LSTM'],
  [[lstm, lstm], 'LSTM, 2 layers of 8', 'LSTM'],
  [[lstm, { ...lstm, size: 4 }], 'LSTM of 8, then LSTM of 4', 'LSTM'],
  [[lstm, { type: 'mgu', size: 8 }], 'LSTM of 8, then MGU of 8', 'LSTM and MGU'],
  [[lstm, { ...lstm, connection: 'residual' }], 'LSTM of 8, then LSTM of 8 (residual)', 'LSTM'],
  [[{ ...lstm, normalization: 'layer' }], 'LSTM with layer normalization, 1 layer of 8', 'LSTM with layer normalization'],
  [[{ ...lstm, normalization: 'rms' }], 'LSTM with RMS normalization, 1 layer of 8', 'LSTM with RMS normalization'],
  [[{ ...lstm, normalization: 'batch' }], 'LSTM with batch normalization, 1 layer of 8', 'LSTM with batch normalization'],
  [[{ type: 'normalization' }, lstm], 'layer normalization of 8, then LSTM of 8', 'layer normalization and LSTM'],
  [[{ type: 'normalization', form: 'rms' }], 'RMS normalization, 1 layer of 8', 'RMS normalization'],
])('layers in words: %j', (layers, all, kinds) => {
  const options = modelOptions({ embedding: { size: 8 }, layers }, 5);
  expect(layersInWords(options)).toBe(all);
  expect(namesInWords(options)).toBe(kinds);
});
