import { expect, test } from 'vitest';
import { loadOnnxRuntime } from '../../../src/engine/onnxruntime/load-onnxruntime.js';
import { createOnnxRuntimeEngine } from '../../../src/engine/onnxruntime/onnxruntime-engine.js';
import { type Provider, providers } from '../../../src/engine/onnxruntime/providers.js';
import { openSession } from '../../../src/engine/onnxruntime/session.js';
import { createReferenceEngine } from '../../../src/engine/reference/reference-engine.js';
import { UserError } from '../../../src/foundation/errors.js';
import { trainingGraph } from '../../../src/model/graphs.js';
import { equalLayers } from '../../model/short-form.js';
import { prepare, relativeError } from '../model-fixture.js';

test('a provider that the package lacks on this system is refused, with the list of those that it has', async () => {
  const ort = await loadOnnxRuntime();
  const available = ort.listSupportedBackends().map(({ name }) => name);
  const missing = (['dml', 'coreml'] as const).find((name) => !available.includes(name))!;
  await expect(createOnnxRuntimeEngine({ provider: missing, threads: 1 })).rejects.toMatchObject({
    kind: 'usage',
    message: `the provider ${missing} is not in onnxruntime-node on this system; available: ${available.join(', ')}`,
  });
});

test("a failure of a device's provider is reported with what to do next", async () => {
  const ort = await loadOnnxRuntime();
  const noModel = new Uint8Array(8);
  await expect(openSession(ort, noModel, { provider: 'webgpu', threads: 1, operators: 1 })).rejects.toMatchObject({
    kind: 'usage',
    message: expect.stringMatching(
      /^the onnxruntime provider webgpu (could not start|finds no device that it can use): .*set engine\.provider to cpu \(with sample and evaluate-perplexity: --provider cpu\)$/s,
    ),
  });
});

// webgpu has a test of its own, which looks for a device in another process.
const here = (Object.keys(providers) as Provider[]).filter((name) => name !== 'webgpu').map((provider) => ({ provider }));

test.each(here)('$provider computes what the reference kernels compute, or says what it needs', async ({ provider }) => {
  const model = equalLayers({
    vocabularySize: 11,
    cell: { type: 'lstm' },
    layers: 2,
    embeddingSize: 5,
    hiddenSize: 7,
    dropout: 0.3,
    tieWeights: false,
  });
  const graph = trainingGraph(model, { batchSize: 4, sequenceLength: 3, shards: 1 }, { seed: 5 });
  const expected = prepare(createReferenceEngine(), model, graph);
  await expected.run();
  const run = async () => {
    const engine = await createOnnxRuntimeEngine({ provider, threads: 1 });
    try {
      const actual = prepare(engine, model, graph);
      await actual.run();
      return actual.outputs;
    } finally {
      engine.close();
    }
  };
  const found = await run().catch((error: unknown) => error as Error);
  if (found instanceof Error) {
    expect(provider).not.toBe('cpu');
    expect(found).toBeInstanceOf(UserError);
    const available = (await loadOnnxRuntime()).listSupportedBackends().some(({ name }) => name === provider);
    const reason = available ? `It needs ${providers[provider].needs}; without, set engine.provider to cpu` : 'available: cpu';
    expect(found.message).toContain(`provider ${provider} `);
    expect(found.message).toContain(reason);
  } else {
    for (const [output, [values]] of Object.entries(expected.outputs)) {
      expect(relativeError(found[output]![0]!, values!), output).toBeLessThan(provider === 'cpu' ? 1e-5 : 1e-3);
    }
  }
});
