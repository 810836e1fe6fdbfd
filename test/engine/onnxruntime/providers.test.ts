import { expect, test } from 'vitest';
import { loadOnnxRuntime } from '../../../src/engine/onnxruntime/load-onnxruntime.js';
import { createOnnxRuntimeEngine } from '../../../src/engine/onnxruntime/onnxruntime-engine.js';
import { openSession } from '../../../src/engine/onnxruntime/session.js';

test('a provider that the package has not on this system is refused with those that it has', async () => {
  const ort = await loadOnnxRuntime();
  const available = ort.listSupportedBackends().map(({ name }) => name);
  const missing = (['dml', 'coreml'] as const).find((name) => !available.includes(name))!;
  await expect(createOnnxRuntimeEngine({ provider: missing, threads: 1 })).rejects.toMatchObject({
    kind: 'usage',
    message: `the provider ${missing} is not in onnxruntime-node on this system; available: ${available.join(', ')}`,
  });
});

test("what a device's provider could not do is said with what to do next", async () => {
  const ort = await loadOnnxRuntime();
  const noModel = new Uint8Array(8);
  await expect(openSession(ort, noModel, { provider: 'webgpu', threads: 1 })).rejects.toMatchObject({
    kind: 'usage',
    message: expect.stringMatching(
      /^the onnxruntime provider webgpu (could not start|finds no device that it can use): .*set engine\.provider to cpu \(with sample and evaluate-perplexity: --provider cpu\)$/s,
    ),
  });
});
