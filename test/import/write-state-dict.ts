import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A tensor's bytes are as many as its dtype and shape call for, those of `data` where it is given. */
export interface StateTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype?: 'F32' | 'BF16' | 'I64';
  readonly data?: ArrayLike<number>;
}

const elements = { F32: Float32Array, BF16: Uint16Array, I64: Float64Array } as const;

/** Writes a safetensors file as PyTorch's libraries do, without anything of ours; returns its path. */
export function writeStateDict(
  folder: string,
  tensors: readonly StateTensor[],
  metadata: Record<string, string> = { format: 'pt' },
): string {
  let offset = 0;
  const parts: Uint8Array[] = [];
  const header: Record<string, unknown> = { __metadata__: metadata };
  for (const { name, shape, dtype = 'F32', data = [] } of tensors) {
    const values = new elements[dtype](shape.reduce((product, size) => product * size, 1));
    values.set(data);
    parts.push(new Uint8Array(values.buffer));
    header[name] = { dtype, shape, data_offsets: [offset, offset + values.byteLength] };
    offset += values.byteLength;
  }
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  const path = join(folder, 'state.safetensors');
  writeFileSync(path, Buffer.concat([length, json, ...parts]));
  return path;
}

/** The tensors of a little network, all zero, under the names that are given. */
export function stateDict({
  V = 3,
  E = 2,
  H = 2,
  gates = 4,
  layers = 1,
  rnn = 'rnn',
  encoder = 'encoder',
  decoder = 'decoder',
} = {}): StateTensor[] {
  return [
    { name: `${encoder}.weight`, shape: [V, E] },
    ...Array.from({ length: layers }, (_, layer) => [
      { name: `${rnn}.weight_ih_l${layer}`, shape: [gates * H, layer === 0 ? E : H] },
      { name: `${rnn}.weight_hh_l${layer}`, shape: [gates * H, H] },
      { name: `${rnn}.bias_ih_l${layer}`, shape: [gates * H] },
      { name: `${rnn}.bias_hh_l${layer}`, shape: [gates * H] },
    ]).flat(),
    { name: `${decoder}.weight`, shape: [V, H] },
    { name: `${decoder}.bias`, shape: [V] },
  ];
}
