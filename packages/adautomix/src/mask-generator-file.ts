import { createRng, type HostTensor, invalidArgument, readSafetensors, writeSafetensors } from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';
import { createMaskGenerator, type MaskGenerator } from './mask-generator.js';

const FORMAT = 'mask-generator-1';

/**
 * A generator as a safetensors file: its weights and running statistics, and its design in the metadata.
 *
 * @returns The file's bytes.
 */
export async function saveMaskGenerator(generator: MaskGenerator): Promise<Uint8Array> {
  const { tensors } = generator.state();
  try {
    const host = new Map<string, HostTensor>();
    for (const [name, tensor] of Object.entries(tensors)) {
      const data = (await tensor.data()) as Float32Array;
      host.set(name, { dtype: 'F32', shape: tensor.shape, data });
    }
    return writeSafetensors(host, { format: FORMAT, design: JSON.stringify(generator.design) });
  } finally {
    tf.dispose({ ...tensors });
  }
}

/**
 * Makes a generator from what {@link saveMaskGenerator} gave.
 *
 * @param bytes The file.
 * @param source What the file is called in errors.
 * @returns The generator, to be disposed.
 * @throws MixError `FORMAT` when the file holds no generator, `STATE_MISMATCH` when its weights do not fit its design.
 */
export function loadMaskGenerator(bytes: Uint8Array, source = 'file'): MaskGenerator {
  const { tensors, metadata } = readSafetensors(bytes, source);
  if (metadata['format'] !== FORMAT) {
    throw invalidArgument(
      'loadMaskGenerator',
      source,
      `hold a mask generator ('${FORMAT}')`,
      metadata['format'],
      { code: 'FORMAT' },
    );
  }
  const design = JSON.parse(metadata['design'] ?? '{}') as MaskGenerator['design'];
  const generator = createMaskGenerator({ ...design, rng: createRng(0) });
  try {
    tf.tidy(() => {
      const uploaded = [...tensors].map(([name, { data, shape }]) => [
        name,
        tf.tensor(data as Float32Array, [...shape]),
      ]);
      generator.restore({ tensors: Object.fromEntries(uploaded), values: {} });
    });
  } catch (error) {
    generator.dispose();
    throw error;
  }
  return generator;
}
