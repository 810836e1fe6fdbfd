import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/**
 * SHA-256 over `name shape dtype bytes` of all tensors of a safetensors file, in order of their names. Metadata do not count: they may
 * gain keys.
 * @param {string} path
 */
export function tensorDigest(path) {
  const bytes = readFileSync(path);
  const length = Number(bytes.readBigUInt64LE(0));
  const { __metadata__, ...tensors } = JSON.parse(bytes.subarray(8, 8 + length).toString('utf8'));
  const hash = createHash('sha256');
  for (const name of Object.keys(tensors).sort()) {
    const { shape, dtype, data_offsets } = tensors[name];
    const [from, to] = data_offsets;
    hash.update(`${name} ${shape.join(',')} ${dtype} `).update(bytes.subarray(8 + length + from, 8 + length + to));
  }
  return hash.digest('hex');
}
