import { draftSafetensors } from './draft-safetensors.js';
import type { HostTensor } from './safetensors.js';

/**
 * Writes a safetensors file: header padded to a multiple of 8 bytes, tensors one after the other, larger element types
 * first, so that every tensor is aligned to its element size.
 *
 * @param tensors Names and tensors; 16-bit floats cannot be written. Borrowed.
 * @param metadata Strings for the header's `__metadata__`.
 * @returns The whole file.
 * @throws MixError `INVALID_ARGUMENT` for what readers refuse: a name (also one that occurs twice), dtype, shape or metadata; `SHAPE` when
 *   shape and data differ.
 */
export function writeSafetensors(
  tensors: Iterable<readonly [name: string, tensor: HostTensor]>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const entries = [...tensors];
  const { bytes, write } = draftSafetensors(entries, metadata, 'writeSafetensors');
  for (const [name, { data }] of entries) write(name, data);
  return bytes;
}
