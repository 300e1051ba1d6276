import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bits, expectLinear, type Formula, noise, oddNumbers, standIns } from '../test/linear.js';
import { startBackend, testedBackends, useBackend } from '../test/use-backend.js';
import type { Box } from './layout.js';
import { pasteBoxes } from './paste-boxes.js';

type Shape = readonly number[];
type Places = {
  readonly boxes: readonly Box[];
  readonly rows: readonly number[];
  readonly from?: readonly Box[];
};

const cases: Record<string, Places & { readonly images: Shape; readonly patches?: Shape }> = {
  'a box for all': { images: [3, 4, 5, 2], boxes: Array(3).fill([1, 2, 3, 4]), rows: [2, 1, 0] },
  'a box at the border': { images: [2, 3, 3, 1], boxes: Array(2).fill([0, 1, 2, 3]), rows: [1, 0] },
  'all of it': { images: [2, 2, 3, 3], boxes: Array(2).fill([0, 0, 2, 3]), rows: [1, 1] },
  'a box a row, one without pixels': { images: [3, 4, 3, 2], boxes: [[0, 0, 2, 3], [1, 1, 1, 3], [2, 1, 4, 2]], rows: [1, 0, 0] }, // biome-ignore format: rows
  'the whole image shrunk, for all': { images: [2, 5, 6, 1], boxes: Array(2).fill([1, 1, 4, 5]), rows: [1, 0], from: Array(2).fill([0, 0, 5, 6]) }, // biome-ignore format: rows
  'shrunk and stretched, a box a row': { images: [2, 5, 6, 3], boxes: [[1, 0, 3, 5], [0, 0, 5, 6]], rows: [1, 0], from: [[0, 0, 5, 6], [1, 2, 3, 4]] }, // biome-ignore format: rows
  'patches of another size': { images: [3, 4, 4, 2], patches: [2, 2, 3, 2], boxes: Array(3).fill([1, 1, 3, 4]), rows: [1, 0, 1], from: Array(3).fill([0, 0, 2, 3]) }, // biome-ignore format: rows
  'patches of another size, a box a row': { images: [2, 4, 4, 1], patches: [3, 2, 3, 1], boxes: [[1, 1, 3, 4], [0, 0, 1, 1]], rows: [2, 2], from: [[0, 0, 2, 3], [1, 2, 2, 3]] }, // biome-ignore format: rows
};

const formulaOf =
  (
    [count, height, width, depth]: Shape,
    { boxes, rows, from = boxes }: Places,
    [, high, wide]: Shape,
  ): Formula =>
  (images = [], patches = images) =>
    Array.from({ length: count! * height! * width! * depth! }, (_, i) => {
      const [c, x] = [i % depth!, Math.floor(i / depth!) % width!];
      const y = Math.floor(i / depth! / width!) % height!;
      const row = Math.floor(i / depth! / width! / height!);
      const [y1, x1, y2, x2] = boxes[row]!;
      if (y < y1 || y >= y2 || x < x1 || x >= x2) return images[i]!;
      const [top, left, bottom, right] = from[row]!;
      const line = top + Math.floor(((y - y1) * (bottom - top)) / (y2 - y1));
      const column = left + Math.floor(((x - x1) * (right - left)) / (x2 - x1));
      return patches[((rows[row]! * high! + line) * wide! + column) * depth! + c]!;
    });

const boxesOf = (flat: Int32Array): Box[] =>
  Array.from({ length: flat.length / 4 }, (_, r) => [...flat.subarray(4 * r, 4 * r + 4)] as unknown as Box);

describe.each([
  ...testedBackends('cpu', 'wasm').map((backend) => [backend, 'plain'] as const),
  // The stand-ins are registered for this one.
  ['cpu', 'fused'] as const,
])('pasteBoxes on %s, %s', (backend, path) => {
  let stand: ReturnType<typeof standIns> | undefined;
  beforeAll(async () => {
    await startBackend(backend);
    if (path === 'plain') return;
    stand = standIns(
      'MixPasteBoxes',
      { images: 'MixPasteBoxesImagesGrad', patches: 'MixPasteBoxesPatchesGrad' },
      (shapes, { boxes, rows, from }) => {
        const images = shapes['images'] ?? shapes['dy']!;
        const places = { boxes: boxesOf(boxes as Int32Array), rows: [...((rows ?? []) as Int32Array)] };
        // The gradient by the images has nothing but boxes: what is pasted counts for nothing there.
        if (rows === undefined)
          return (own = []) =>
            formulaOf(
              images,
              { ...places, rows: places.boxes.map(() => 0) },
              images,
            )(own, new Array(own.length).fill(0));
        return (own = [], patches = []) =>
          formulaOf(
            images,
            { ...places, from: boxesOf(from as Int32Array) },
            shapes['patches']!,
          )(own.length > 0 ? own : new Array(images.reduce((a, b) => a * b, 1)).fill(0), patches);
      },
      ({ images }) => images!,
      (input, { dy }, { count, height, width }) =>
        input === 'images' ? dy! : [count as number, height as number, width as number, dy![3]!],
    );
  });
  afterAll(() => stand?.remove());

  it.each(Object.entries(cases))(
    'has the value and gradients of its formula: %s',
    (_, { images, patches, ...places }) => {
      const before = tf.memory().numTensors;
      const run = (x: tf.Tensor, p?: tf.Tensor) =>
        pasteBoxes(x as tf.Tensor4D, { ...places, ...(p && { patches: p as tf.Tensor4D }) });
      expectLinear(run, formulaOf(images, places, patches ?? images), patches ? [images, patches] : [images]);
      expect(tf.memory().numTensors).toBe(before);
      const names = new Set(stand?.calls.splice(0));
      expect(names.size).toBe(path === 'fused' ? 3 : 0);
    },
  );

  it('gives a tensor of its own where nothing is pasted', () => {
    tf.tidy(() => {
      const images = noise([2, 2, 2, 1], 1) as tf.Tensor4D;
      const got = pasteBoxes(images, { boxes: [[0, 0, 0, 2], [1, 1, 2, 1]], rows: [1, 0] }); // biome-ignore format: rows
      expect(got.id).not.toBe(images.id);
      expect(got.dataSync()).toEqual(images.dataSync());
    });
  });
});

describe.each(testedBackends('cpu', 'wasm'))('copies on %s', (backend) => {
  useBackend(backend);

  it.each<[string, Box[]]>([
    ['a box for all', [[0, 1, 1, 2], [0, 1, 1, 2]]], // biome-ignore format: rows
    ['a box a row', [[0, 1, 1, 2], [1, 0, 2, 2]]], // biome-ignore format: rows
  ])('every bit: %s', (_, boxes) => {
    const odd = oddNumbers(backend);
    tf.tidy(() => {
      const got = pasteBoxes(tf.tensor4d(odd, [2, 2, 2, 1]), { boxes, rows: [1, 0] });
      const wanted = formulaOf([2, 2, 2, 1], { boxes, rows: [1, 0] }, [2, 2, 2])(odd);
      expect(bits(got.dataSync())).toEqual(bits(wanted));
    });
  });
});

describe('wrong arguments', () => {
  const images = (): tf.Tensor4D => tf.ones([2, 3, 3, 1]);
  const boxes: Box[] = [[0, 0, 1, 1], [0, 0, 1, 1]]; // biome-ignore format: rows
  const [rows] = [[1, 0]];
  it.each<[string, () => unknown]>([
    [
      'pasteBoxes: rows must have a value for each of 2 rows; got 1',
      () => pasteBoxes(images(), { boxes, rows: [1] }),
    ],
    [
      'pasteBoxes: rows must be rows from 0 to 1; got [0,2]',
      () => pasteBoxes(images(), { boxes, rows: [0, 2] }),
    ],
    ['pasteBoxes: boxes must be whole pixels inside [H,W]=[3,3]; got [0,0,4,1]', () => pasteBoxes(images(), { boxes: [[0, 0, 4, 1], [0, 0, 1, 1]], rows })], // biome-ignore format: rows
    ['pasteBoxes: from must be whole pixels inside [H,W]=[3,3]; got [0,0,0.5,1]', () => pasteBoxes(images(), { boxes, rows, from: [[0, 0, 0.5, 1], [0, 0, 1, 1]] })], // biome-ignore format: rows
    ['pasteBoxes: from must hold pixels where its box does; got [1,0,1,3]', () => pasteBoxes(images(), { boxes, rows, from: [[1, 0, 1, 3], [0, 0, 1, 1]] })], // biome-ignore format: rows
    [
      'pasteBoxes: patches must be float32 [2,3,3,1]; got "float32 [2,3,3,2]"',
      () => pasteBoxes(images(), { boxes, rows, patches: tf.ones([2, 3, 3, 2]) }),
    ],
  ])('say: %s', (message, action) => {
    expect(() => tf.tidy(() => void action())).toThrow(message);
  });
});
