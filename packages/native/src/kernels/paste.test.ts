import { type Box, pasteBoxes } from '@mix/core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { describeNative, expectAsOnCpu, seededInput } from '../../test/on-native.js';
import { registerNative } from '../index.js';

interface Case {
  readonly images: number[];
  readonly patches?: number[];
  readonly boxes: readonly Box[];
  readonly from?: readonly Box[];
}

const rowsOf = (count: number): number[] => Array.from({ length: count }, (_, row) => (2 * row + 1) % 3);
const every = (count: number, box: Box): Box[] => new Array<Box>(count).fill(box);

const cases: Record<string, Case> = {
  'a box for all': { images: [4, 5, 7, 3], boxes: every(4, [1, 2, 4, 6]) },
  'a box a row, one empty': { images: [3, 4, 4, 2], boxes: [[0, 0, 4, 4], [1, 1, 1, 3], [2, 0, 3, 1]] }, // biome-ignore format: rows
  'the whole shrunk': { images: [3, 9, 8, 3], boxes: every(3, [2, 1, 6, 6]), from: every(3, [0, 0, 9, 8]) },
  'stretched, of one channel': { images: [3, 9, 8, 1], boxes: every(3, [1, 0, 9, 8]), from: every(3, [2, 1, 5, 4]) }, // biome-ignore format: rows
  'other patches of many channels': { images: [2, 4, 4, 20], patches: [3, 2, 3, 20], boxes: every(2, [0, 1, 4, 3]), from: [[0, 0, 2, 3], [0, 1, 1, 2]] }, // biome-ignore format: rows
  'large enough for two threads': { images: [3, 90, 80, 3], boxes: every(3, [5, 8, 90, 70]), from: every(3, [0, 0, 90, 80]) }, // biome-ignore format: rows
};

/** The paste, and its gradients. */
function everything({ boxes, from }: Case) {
  return (dy: Tensor, ...inputs: Tensor[]): Tensor[] => {
    const forward = (images: Tensor, patches: Tensor = images): Tensor =>
      pasteBoxes(images as Tensor4D, {
        boxes,
        rows: rowsOf(boxes.length),
        patches: patches as Tensor4D,
        ...(from && { from }),
      });
    return [forward(...(inputs as [Tensor])), ...tf.grads(forward)(inputs, dy)];
  };
}

describeNative('pasteBoxes', () => {
  it.each(Object.entries(cases))('of %s', async (_, given) => {
    // Three images at least, for the partners.
    const patches = given.patches ?? [3, ...given.images.slice(1)];
    await expectAsOnCpu(
      everything(given),
      [seededInput(1, ...given.images), seededInput(2, ...given.images), seededInput(3, ...patches)],
      { allowFallback: true },
    );
  });

  it('has one gradient where the patches are the images', async () => {
    const given = cases['a box for all'] as Case;
    const inputs = [seededInput(1, ...given.images), seededInput(2, ...given.images)];
    await expectAsOnCpu(everything(given), inputs, { allowFallback: true });
  });

  it('copies every bit, on any number of threads', () => {
    const odd = [Number.NaN, Number.POSITIVE_INFINITY, -0, 1e-45, 3e38, -1];
    const shape: [number, number, number, number] = [2, 80, 80, 3];
    const values = Float32Array.from({ length: 2 * 80 * 80 * 3 }, (_, i) => odd[i % 6] as number);
    const boxes: Box[] = [[0, 1, 79, 80], [3, 3, 60, 61]]; // biome-ignore format: rows
    const [one, two] = [1, 2].map((threads) => {
      registerNative({ threads });
      return tf.tidy(() => {
        const got = pasteBoxes(tf.tensor4d(values, shape), { boxes, rows: [1, 0] });
        return new Int32Array(Float32Array.from(got.dataSync()).buffer);
      });
    });
    const bits = new Int32Array(values.buffer);
    const expected = bits.map((own, i) => {
      const [row, y, x] = [Math.floor(i / 19200), Math.floor(i / 240) % 80, Math.floor(i / 3) % 80];
      const [y1, x1, y2, x2] = boxes[row] as Box;
      const inside = y >= y1 && y < y2 && x >= x1 && x < x2;
      return inside ? (bits[(i + 19200) % 38400] as number) : own;
    });
    // Not by toEqual: value by value it takes seconds.
    expect(one?.findIndex((value, i) => value !== expected[i])).toBe(-1);
    expect(two?.findIndex((value, i) => value !== expected[i])).toBe(-1);
  });

  it('refuses what lies outside, whoever asks', () => {
    const images = tf.ones([2, 3, 3, 1]);
    const run = (side: number, row: number) => {
      const boxes = new Int32Array([0, 0, 1, side, 0, 0, 0, 0]);
      const attrs = { boxes, from: boxes, rows: new Int32Array([row, 0]) };
      return tf
        .engine()
        .runKernel('MixPasteBoxes', { images, patches: images }, attrs as unknown as tf.NamedAttrMap);
    };
    expect(() => run(4, 0)).toThrow('a box must lie in its image');
    expect(() => run(1, 2)).toThrow('what is pasted must lie in a patch');
    images.dispose();
  });
});
