import { type DesignFormat, loadDesigned, saveDesigned } from '@mix/automix/parts';
import { createRng } from '@mix/core';
import { createMaskGenerator, type MaskGenerator } from './mask-generator.js';

const generatorFile: DesignFormat<MaskGenerator> = {
  format: 'mask-generator-1',
  where: 'loadMaskGenerator',
  what: "a mask generator ('mask-generator-1')",
  create: (design) => createMaskGenerator({ ...design, rng: createRng(0) }),
};

/**
 * A generator as a safetensors file: its weights and running statistics, and its design in the metadata.
 *
 * @returns The file's bytes.
 */
export function saveMaskGenerator(generator: MaskGenerator): Promise<Uint8Array> {
  return saveDesigned(generator, generatorFile);
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
  return loadDesigned(bytes, source, generatorFile);
}
