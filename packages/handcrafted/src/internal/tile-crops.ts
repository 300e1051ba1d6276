import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { joinQuadrants, quadrants } from './quadrants.js';

type Point = readonly [number, number];

/** Crops of images, around a point in each row. */
interface Crops {
  readonly quads: readonly (readonly number[])[];
  readonly points: readonly Point[];
  readonly corners: readonly (readonly Point[])[];
}

/** Tiles every row out of four crops. Copies only. */
export function tileCrops(images: Tensor4D, crops: Crops): Tensor4D {
  const { points, corners } = crops;
  const first = JSON.stringify([points[0], corners[0]]);
  const shared = points.every((point, row) => JSON.stringify([point, corners[row]]) === first);
  return tf.tidy(() => (shared ? tileShared(images, crops) : tileEach(images, crops)));
}

// The same crops for all rows: slices, which touch each pixel about twice.
function tileShared(images: Tensor4D, { quads, points, corners }: Crops): Tensor4D {
  const [count, height, width, channels] = images.shape;
  const tiles = quadrants([height, width], points[0] as Point).map(([y1, x1, y2, x2], quadrant) => {
    if (y1 === y2 || x1 === x2) return undefined;
    const [top, left] = (corners[0] as readonly Point[])[quadrant] as Point;
    const crop = tf.slice(images, [0, top, left, 0], [count, y2 - y1, x2 - x1, channels]);
    const rows = quads.map((quad) => quad[quadrant] as number);
    return rows.every((other, row) => other === row) ? crop : tf.gather(crop, tf.tensor1d(rows, 'int32'));
  });
  return joinQuadrants(tiles);
}

// Crops of each row's own: a gather over whole pixels.
function tileEach(images: Tensor4D, { quads, points, corners }: Crops): Tensor4D {
  const [count, height, width, channels] = images.shape;
  const index = new Int32Array(count * height * width);
  for (const [row, point] of points.entries()) {
    for (const [quadrant, [y1, x1, y2, x2]] of quadrants([height, width], point).entries()) {
      const [top, left] = (corners[row] as readonly Point[])[quadrant] as Point;
      const source = quads[row]?.[quadrant] as number;
      for (let y = y1; y < y2; y++) {
        const from = (source * height + y - y1 + top) * width + left - x1;
        const to = (row * height + y) * width;
        for (let x = x1; x < x2; x++) index[to + x] = from + x;
      }
    }
  }
  const pixels = tf.reshape(images, [count * height * width, channels]);
  return tf.reshape(tf.gather(pixels, tf.tensor1d(index, 'int32')), [count, height, width, channels]);
}
