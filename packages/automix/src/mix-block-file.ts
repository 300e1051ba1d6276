import { createRng, type HostTensor, invalidArgument, readSafetensors, writeSafetensors } from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';
import { createMixBlock, type MixBlock } from './mix-block.js';
import type { MixBlockDesign } from './mix-block-options.js';

const FORMAT = 'mix-block-1';

/**
 * A block as a safetensors file: its weights and running statistics, and its design in the metadata.
 *
 * @returns The file's bytes.
 */
export async function saveMixBlock(block: MixBlock): Promise<Uint8Array> {
  const { tensors } = block.state();
  try {
    const host = new Map<string, HostTensor>();
    for (const [name, tensor] of Object.entries(tensors)) {
      const data = (await tensor.data()) as Float32Array;
      host.set(name, { dtype: 'F32', shape: tensor.shape, data });
    }
    return writeSafetensors(host, { format: FORMAT, design: JSON.stringify(block.design) });
  } finally {
    tf.dispose({ ...tensors });
  }
}

/**
 * Makes a block from what {@link saveMixBlock} gave.
 *
 * @param bytes The file.
 * @param source What the file is called in errors.
 * @returns The block, to be disposed.
 * @throws MixError `FORMAT` when the file holds no block, `STATE_MISMATCH` when its weights do not fit its design.
 */
export function loadMixBlock(bytes: Uint8Array, source = 'file'): MixBlock {
  const { tensors, metadata } = readSafetensors(bytes, source);
  if (metadata['format'] !== FORMAT) {
    throw invalidArgument(
      'loadMixBlock',
      source,
      `hold a Mix Block (format '${FORMAT}')`,
      metadata['format'],
      {
        code: 'FORMAT',
      },
    );
  }
  const design = JSON.parse(metadata['design'] ?? '{}') as MixBlockDesign & { readonly channels: number };
  const block = createMixBlock({ ...design, rng: createRng(0) });
  try {
    tf.tidy(() => {
      const uploaded = [...tensors].map(([name, { data, shape }]) => [
        name,
        tf.tensor(data as Float32Array, [...shape]),
      ]);
      block.restore({ tensors: Object.fromEntries(uploaded), values: {} });
    });
  } catch (error) {
    block.dispose();
    throw error;
  }
  return block;
}
