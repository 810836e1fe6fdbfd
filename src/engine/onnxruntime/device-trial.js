// Usage: node device-trial.js PROVIDER <MODEL.onnx
//
// Tries a model on a provider in a process of its own, so that a driver that hangs or crashes affects only this process. It prints one line
// of JSON: {"seconds": of one run} or {"error": text}. Plain JavaScript, because Node starts the file directly, also in development.

import { buffer } from 'node:stream/consumers';

const provider = process.argv[2] ?? 'cpu';

/** @param {{ seconds: number } | { error: string }} result */
function tell(result) {
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

try {
  const ort = await import('onnxruntime-node');
  ort.env.logLevel = 'fatal';
  const session = await ort.InferenceSession.create(await buffer(process.stdin), {
    executionProviders: [provider, 'cpu'],
    logSeverityLevel: 4,
  });
  /** @type {Record<string, import('onnxruntime-node').Tensor>} */
  const feeds = {};
  for (const input of session.inputMetadata) {
    if (!input.isTensor) continue;
    const shape = input.shape.map(Number);
    const length = shape.reduce((product, size) => product * size, 1);
    const data = input.type === 'int32' ? new Int32Array(length) : new Float32Array(length);
    feeds[input.name] = new ort.Tensor(data, shape);
  }
  // The first run compiles a shader for each shape.
  await session.run(feeds);
  const start = performance.now();
  await session.run(feeds);
  tell({ seconds: (performance.now() - start) / 1000 });
} catch (error) {
  tell({ error: error instanceof Error ? error.message : String(error) });
}
