import { z } from 'zod';
import { choice, defaultVariantType, mayChange, section, variants, variantType, wholeNumber } from './values.js';

const threadsError = 'auto, or a whole number from 1 to 256';
const threads = z.union(
  [z.literal('auto'), z.int({ error: threadsError }).min(1, { error: threadsError }).max(256, { error: threadsError })],
  { error: threadsError },
);

const shards = wholeNumber(1, 256)
  .describe(
    'Equal parts of the batch whose gradients are added in a fixed order. Their number affects the last bits of the result; the ' +
      'number of threads does not. It divides batchSize. Default: the largest of 8, 4 that leaves 16 rows to each, else of 2, 1.',
  )
  .exactOptional();

/** What computes. */
export const engine = variants(
  section({
    type: mayChange(
      defaultVariantType('typed-array', 'WebAssembly SIMD kernels: runs anywhere, the same bits everywhere.'),
      'last-bits',
    ),
    shards,
    threads: mayChange(
      threads
        .describe(
          'Threads that compute, at most one a shard; auto: as many of the cores as are fastest, measured. Default auto.',
        )
        .default('auto'),
      'no-matter',
    ),
  }),
  section({
    type: variantType(
      'onnxruntime',
      'ONNX Runtime, from the optional package onnxruntime-node: faster, and can use a GPU. The last bits depend on the machine.',
    ),
    provider: mayChange(
      choice('cpu', 'webgpu', 'cuda', 'tensorrt', 'coreml', 'dml')
        .describe('Execution provider. cpu and webgpu come with the package, the others depend on the system. Default cpu.')
        .default('cpu'),
      'last-bits',
    ),
    threads: mayChange(
      threads.describe('Threads within an operator; auto: as many as the machine has cores. Default auto.').default('auto'),
      'no-matter',
    ),
  }),
  section({
    type: variantType(
      'auto',
      'The fastest engine for this model on this machine: a step or two of each is measured before a run begins, and the choice is written to its config.yaml.',
    ),
    shards,
    threads: mayChange(
      threads.describe('Largest number of threads of the chosen engine. Default auto.').default('auto'),
      'no-matter',
    ),
  }),
);

/** The short form of an engine, its type alone: `engine: auto` for `engine: { type: auto }`. */
export const engineWord = choice('typed-array', 'onnxruntime', 'auto');
