import { expect, test } from 'vitest';
import { evaluate } from '../../../src/engine/reference/reference-engine.js';
import { createRandom } from '../../../src/foundation/random.js';
import { type Node, topologicalOrder } from '../../../src/graph/node.js';
import { inputOperation } from '../../../src/graph/operations/input.js';
import { architectureOf } from '../../../src/model/architecture.js';
import { parameterTable } from '../../../src/model/parameter-table.js';
import { stepGraph } from '../../../src/model/step-graph.js';
import { cells, twoLayers } from '../short-form.js';

test.each(cells)('the values that a cell names are its gates, candidates and states, each once: %j', (cell) => {
  const model = twoLayers(cell);
  const [placed] = architectureOf(model).layers;
  const named: Record<string, Node> = {};
  const tap = (name: string, value: Node) => {
    expect(named).not.toHaveProperty([name]);
    named[name] = value;
    return value;
  };
  stepGraph(placed!, 0, parameterTable(model), 3, tap);
  const own = Object.keys(named).map((name) => name.replace('layers.0.', ''));
  for (const name of own)
    expect(name).toMatch(/^(gate\.[a-z]|scale\.[a-z]\d|retained|candidate\.[a-z]|hidden|rotated|output|state\.([a-z]|C))$/);
  // The Elman network has no inner value besides its output.
  expect(own.some((name) => !/^(output|state)/.test(name))).toBe(cell.type !== 'rnn');

  const random = createRandom(3);
  const inputs = topologicalOrder(Object.values(named)).filter(({ operation }) => operation === inputOperation);
  const given = inputs.map(({ attributes, rows, columns }) => [
    attributes.name as string,
    [Float64Array.from({ length: rows * columns }, () => 0.5 * random.normal())],
  ]);
  const found = evaluate(named, Object.fromEntries(given), { shards: 1, allocate: (length) => new Float64Array(length) });
  for (const [name, [values]] of Object.entries(found)) {
    if (!name.includes('gate.')) continue;
    // The gates of the Mogrifier are 1 where they change nothing.
    const most = cell.type === 'mogrifier-lstm' && /\d$/.test(name) ? 2 : 1;
    expect(Math.min(...values!), name).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values!), name).toBeLessThanOrEqual(most);
  }
});
