import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../src/engine/reference/reference-engine.js';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { exportContextualVectors } from '../../src/export/contextual-vectors.js';
import { architectureOf } from '../../src/model/architecture.js';
import { hiddenScoringGraph } from '../../src/model/graphs.js';
import { parameterBindings } from '../../src/model/parameter-table.js';
import type { OpenedModel } from '../../src/run/open-model.js';
import { firstToken } from '../../src/sample/special-tokens.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { randomModel, words } from '../sample/trained-model.js';

const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
const bidirectional = { bidirectional: true, layers: 2, hiddenSize: 7 };

/** The last layer's output after each token of a text, by the plain kernels in one window. */
function outputsOf({ options, table, arena }: OpenedModel, tokens: readonly number[]): number[][] {
  const T = tokens.length;
  const graph = hiddenScoringGraph(options, { batchSize: 1, sequenceLength: T, shards: 1 });
  const { states, hiddenSize: H } = architectureOf(options);
  const allocate = (length: number) => new Float64Array(length);
  const { hidden } = evaluate(
    { hidden: graph.hidden! },
    {
      ...parameterBindings(table, arena),
      ...Object.fromEntries(states.map(({ name, columns }) => [name, [new Float32Array(columns)]])),
      tokens: [Int32Array.from(tokens)],
    } as never,
    { shards: 1, allocate },
  );
  return tokens.map((_, t) => Array.from(hidden![0]!.subarray(t * H, (t + 1) * H)));
}

async function vectorsOf(model: OpenedModel, lines: readonly string[], wanted: readonly string[]) {
  const path = join(temporaryFolder(), 'vectors.vec');
  const { found } = await exportContextualVectors({ model, engine, lines, words: wanted, path });
  const [head, ...rows] = readFileSync(path, 'utf8').trimEnd().split('\n');
  const vectors = rows.map((row) => {
    const [name, ...values] = row.split(' ');
    return { name: name!, values: values.map(Number) };
  });
  return { head: head!, vectors, found };
}

describe('contextual vectors', () => {
  const model = randomModel(engine, { tokenizer: words, model: bidirectional }) as OpenedModel & { backward: OpenedModel };
  const lines = ['the fox said to the crow', '', 'a crow dropped it to a fox'];

  it('are the outputs of the last layers of both stacks after they have read the word', async () => {
    const { head, vectors, found } = await vectorsOf(model, lines, ['fox', 'crow']);
    expect(head).toBe('4 14');
    expect(found).toEqual({ fox: 2, crow: 2 });
    expect(vectors.map(({ name }) => name)).toEqual(['fox:1:5', 'crow:1:21', 'fox:3:24', 'crow:3:3']);
    const edge = firstToken(model.tokenizer);
    for (const [name, line, token] of [
      ['fox:1:5', 0, 1],
      ['crow:1:21', 0, 5],
      ['crow:3:3', 2, 1],
    ] as const) {
      const ids = [...model.tokenizer.encode(lines[line]!)];
      const ahead = outputsOf(model, [edge, ...ids])[token + 1]!;
      const behind = outputsOf(model.backward, [edge, ...ids.toReversed()])[ids.length - token]!;
      const { values } = vectors.find((vector) => vector.name === name)!;
      for (const [i, value] of [...ahead, ...behind].entries()) expect(values[i], `${name} ${i}`).toBeCloseTo(value, 5);
    }
  });

  it('of a word of several tokens are those after its last token, and from the end after its first one', async () => {
    const ofBytes = randomModel(engine, { tokenizer: { type: 'byte' }, model: bidirectional }) as OpenedModel & {
      backward: OpenedModel;
    };
    const line = 'a fox, no foxes';
    const { vectors } = await vectorsOf(ofBytes, [line], ['fox']);
    expect(vectors.map(({ name }) => name)).toEqual(['fox:1:3']);
    const ids = [...ofBytes.tokenizer.encode(line)];
    const edge = firstToken(ofBytes.tokenizer);
    const expected = [
      ...outputsOf(ofBytes, [edge, ...ids])[1 + 4]!,
      ...outputsOf(ofBytes.backward, [edge, ...ids.toReversed()])[ids.length - 2]!,
    ];
    for (const [i, value] of expected.entries()) expect(vectors[0]!.values[i]).toBeCloseTo(value, 5);
  });

  it('of a model of one direction are the outputs of its one stack', async () => {
    for (const direction of ['forward', 'backward']) {
      const alone = randomModel(engine, { tokenizer: words, model: { direction, layers: 1, hiddenSize: 7 } });
      const { head, vectors } = await vectorsOf(alone, lines, ['said']);
      expect(head).toBe('1 7');
      const ids = [...alone.tokenizer.encode(lines[0]!)];
      const order = direction === 'forward' ? ids : ids.toReversed();
      const expected = outputsOf(alone, [firstToken(alone.tokenizer), ...order])[direction === 'forward' ? 3 : 4]!;
      for (const [i, value] of expected.entries()) expect(vectors[0]!.values[i]).toBeCloseTo(value, 5);
    }
  });

  it('are refused where no word occurs', async () => {
    await expect(vectorsOf(model, lines, ['cheese'])).rejects.toThrow(/none of the words occurs in the text: cheese/);
  });
});
