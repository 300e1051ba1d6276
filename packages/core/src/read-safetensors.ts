import { openSafetensors } from './open-safetensors.js';
import type { HostTensor, SafetensorsFile } from './safetensors.js';

/**
 * Reads a safetensors file whole; see {@link openSafetensors} for reading it tensor by tensor. Trusts nothing in it: header
 * length, JSON, names, dtypes, shapes and offsets are all checked before any element is read, and the tensors must tile the
 * data section without gap or overlap, as the format demands.
 *
 * @param bytes The whole file, borrowed.
 * @param source Name of the file, for messages.
 * @returns Tensors (copies, aligned) and metadata.
 * @throws MixError `FORMAT`, saying which tensor breaks which rule.
 * @see https://github.com/huggingface/safetensors
 */
export function readSafetensors(bytes: Uint8Array, source = 'safetensors'): SafetensorsFile {
  const { tensors: stored, metadata } = openSafetensors(bytes, source, 'readSafetensors');
  const tensors = new Map<string, HostTensor>();
  for (const [name, { dtype, shape, read }] of stored) tensors.set(name, { dtype, shape, data: read() });
  return { tensors, metadata };
}
