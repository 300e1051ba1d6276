import { createRng } from '@mix/core';
import { type DesignFormat, loadDesigned, saveDesigned } from './design-file.js';
import { createMixBlock, type MixBlock } from './mix-block.js';

const blockFile: DesignFormat<MixBlock> = {
  format: 'mix-block-1',
  where: 'loadMixBlock',
  what: "a Mix Block (format 'mix-block-1')",
  create: (design) => createMixBlock({ ...design, rng: createRng(0) }),
};

/**
 * A block as a safetensors file: its weights and running statistics, and its design in the metadata.
 *
 * @returns The file's bytes.
 */
export function saveMixBlock(block: MixBlock): Promise<Uint8Array> {
  return saveDesigned(block, blockFile);
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
  return loadDesigned(bytes, source, blockFile);
}
