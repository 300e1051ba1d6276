import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { useBackend } from '../test/use-backend.js';
import type { Box, Layer, Layouts } from './layout.js';
import { replayLabelMaps } from './replay-label-maps.js';

useBackend('cpu');

const whole: Box = [0, 0, 4, 6];
const plan = { method: 'place', shape: [2, 4, 6] as const };
const place = (layers: readonly Layer[], size: readonly [number, number] = [4, 6]): Layouts => ({
  place: () => ({ size, rows: [layers, [{ source: 1, from: whole, to: whole }]] }),
});
const own: Layer = { source: 0, from: whole, to: whole };
const boxed: Layer = { source: 1, from: [0, 2, 2, 6], to: [0, 2, 2, 6] };
/** Labels 0 to 23 in the first map, 100 to 123 in the second. */
const maps = (): tf.Tensor3D =>
  tf.reshape(tf.concat([tf.range(0, 24, 1, 'int32'), tf.range(100, 124, 1, 'int32')]), [2, 4, 6]);
const first = (x: tf.Tensor3D): number[][] => (x.arraySync()[0] ?? []) as number[][];

describe('replayLabelMaps', () => {
  it('shows the upper layer in its box, and a hidden label where there is none', () => {
    expect(first(replayLabelMaps(maps(), plan, place([own, boxed])))).toEqual([
      [0, 1, 102, 103, 104, 105],
      [6, 7, 108, 109, 110, 111],
      [12, 13, 14, 15, 16, 17],
      [18, 19, 20, 21, 22, 23],
    ]);
    const alone = first(replayLabelMaps(maps(), plan, place([boxed]), { hidden: -7 }));
    expect(alone[1]).toEqual([-7, -7, 108, 109, 110, 111]);
    expect(first(replayLabelMaps(maps(), plan, place([boxed])))[3]).toEqual(new Array(6).fill(255));
  });

  it.each([
    ['centre', [7, 9, 11]],
    ['corner', [0, 2, 4]],
  ] as const)('takes the nearest pixel of a shrunk image, looked up in its %s', (sampling, line) => {
    const shrunk: Layer = { source: 0, from: whole, to: [2, 3, 4, 6], sampling };
    const shown = first(replayLabelMaps(maps(), plan, place([{ ...own, source: 1 }, shrunk])));
    expect(shown[2]).toEqual([112, 113, 114, ...line]);
  });

  it.each([
    [0.5, 0],
    [0.51, 100],
    [0.2, 0],
    [1, 100],
  ])('gives a pixel that an upper layer hides by %d to %i', (opacity, label) => {
    const shown = first(replayLabelMaps(maps(), plan, place([own, { ...own, source: 1, opacity }])));
    expect(shown[0]?.[0]).toBe(label);
  });

  it('adds up the layers that show one source at one place', () => {
    const layers = [own, { ...own, source: 1, opacity: 0.55 }, { ...own, opacity: 0.2 }];
    expect(first(replayLabelMaps(maps(), plan, place(layers)))[0]?.[0]).toBe(0);
  });

  it('follows in maps of another size, and in mixed images of another size', () => {
    // Pixel (i, j) of a small map stands for four pixels.
    const small = tf.tensor3d([0, 1, 2, 3, 4, 5, 100, 101, 102, 103, 104, 105], [2, 2, 3], 'int32');
    expect(first(replayLabelMaps(small, plan, place([own, boxed])))).toEqual([
      [0, 101, 102],
      [3, 4, 5],
    ]);
    const below: Layer = { source: 1, from: whole, to: [4, 0, 8, 6] };
    expect(first(replayLabelMaps(small, plan, place([own, below], [8, 6])))).toEqual([
      [0, 1, 2],
      [3, 4, 5],
      [100, 101, 102],
      [103, 104, 105],
    ]);
    const odd = tf.zeros<tf.Rank.R3>([2, 3, 5], 'int32');
    expect(() => replayLabelMaps(odd, plan, place([own], [6, 6]))).toThrow(/whole pixels/);
  });

  it('weights classes by their shares, and labels that are none by nothing', () => {
    const labels = tf.tensor3d([...new Array(24).fill(1), ...new Array(24).fill(2)], [2, 4, 6], 'int32');
    const layouts = place([own, { ...boxed, opacity: 0.25 }]);
    const soft = replayLabelMaps(labels, plan, layouts, { soft: true, numClasses: 3 });
    const [top = []] = soft.arraySync()[0] ?? [];
    expect(top[0]).toEqual([0, 1, 0]);
    expect(top[2]).toEqual([0, 0.75, 0.25]);
    const two = replayLabelMaps(labels, plan, layouts, { soft: true, numClasses: 2 });
    expect(two.arraySync()[0]?.[0]?.[2]).toEqual([0, 0.75]);
    const nothing: Layouts = { place: () => ({ size: [4, 6], rows: [[], []] }) };
    const empty = replayLabelMaps(labels, plan, nothing, { soft: true, numClasses: 2 });
    expect(empty.shape).toEqual([2, 4, 6, 2]);
    expect(Math.max(...empty.dataSync())).toBe(0);
  });

  it.each([
    [() => tf.tensor3d([[[0.5]]]), /replayLabelMaps: maps must be int32; got "float32"/],
    [() => tf.zeros<tf.Rank.R3>([3, 4, 6], 'int32'), /maps must be 2, as the plan's images; got 3/],
    [() => tf.zeros([2, 4], 'int32') as tf.Tensor as tf.Tensor3D, /maps must be \[B,h,w\]; got \[2,4\]/],
  ])('refuses maps that do not fit', (make, message) => {
    expect(() => replayLabelMaps(make(), plan, place([own]))).toThrow(message);
  });

  it('refuses a hidden label between labels, and no classes', () => {
    expect(() => replayLabelMaps(maps(), plan, place([own]), { hidden: 0.5 })).toThrow(/hidden must be/);
    expect(() => replayLabelMaps(maps(), plan, place([own]), { soft: true, numClasses: 0 })).toThrow(
      /numClasses must be an integer of at least 1/,
    );
  });
});
