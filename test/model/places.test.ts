import { describe, expect, test } from 'vitest';
import { architectureOf } from '../../src/model/architecture.js';
import { frozenParameters, parametersAt, placesOf } from '../../src/model/places.js';
import { modelOptions } from '../../src/model/specification.js';

const architecture = architectureOf(
  modelOptions({ embedding: { size: 3 }, layers: [{ type: 'rnn', size: 3 }, { type: 'feed-forward' }] }, 5),
);
const recurrent = ['rnn.weight_ih_l0', 'rnn.weight_hh_l0', 'rnn.bias_ih_l0', 'rnn.bias_hh_l0'];

describe('the places of a model', () => {
  test('are its parts, and each of its parameters', () => {
    const places = placesOf(architecture);
    expect(places.get('embedding')).toEqual(['encoder.weight']);
    expect(places.get('layers.0')).toEqual(recurrent);
    expect(places.get('head')).toEqual(['decoder.weight', 'decoder.bias']);
    const names = architecture.parameters.map(({ name }) => name);
    expect([...places.keys()]).toEqual(['embedding', 'layers.0', 'layers.1', 'head', ...names]);
    for (const name of names) expect(places.get(name)).toEqual([name]);
    expect([...places.get('layers.0')!, ...places.get('layers.1')!]).toEqual(names.slice(1, -2));
  });

  test('match a pattern as a whole, in which * stands for any characters', () => {
    expect(parametersAt(architecture, 'layers.0')).toEqual(recurrent);
    expect(parametersAt(architecture, 'rnn.bias*')).toEqual(recurrent.slice(2));
    expect(parametersAt(architecture, '*_ih_*')).toEqual([recurrent[0], recurrent[2]]);
    expect(parametersAt(architecture, 'embedding')).toEqual(['encoder.weight']);
    expect(new Set(parametersAt(architecture, '*'))).toEqual(new Set(architecture.parameters.map(({ name }) => name)));
    for (const other of ['layers', 'ayers.0', 'layers.00', 'layers_0', 'layers.2', 'bias', '[a-z]*', ''])
      expect(parametersAt(architecture, other), other).toEqual([]);
  });

  test('of all patterns of a list are frozen', () => {
    expect(frozenParameters(architecture, ['head', 'decoder.*', 'embedding'])).toEqual(
      new Set(['decoder.weight', 'decoder.bias', 'encoder.weight']),
    );
    expect(frozenParameters(architecture)).toEqual(new Set());
  });
});
