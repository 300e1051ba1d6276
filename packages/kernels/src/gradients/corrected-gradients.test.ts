import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, it } from 'vitest';
import { expectSameOnCpu, resultsOn, useWasm } from '../../test/backends.js';
import { type DifferenceOptions, expectGradient } from '../../test/finite-differences.js';
import { otherBackends, startOtherBackend } from '../../test/other-backends.js';
import { values } from '../../test/values.js';

type Op = (...inputs: tf.Tensor[]) => tf.Tensor;
type Case = [name: string, op: Op, shapes: number[][], options?: DifferenceOptions];

const smooth = { step: 0.02, tolerance: 5e-3 };
const resizes = [
  [
    [3, 4],
    [7, 9],
  ],
  [
    [8, 6],
    [5, 3],
  ],
  [
    [2, 2],
    [4, 4],
  ],
  [
    [5, 3],
    [1, 1],
  ],
  [
    [4, 4],
    [4, 4],
  ],
] as const;

const resizeCases = resizes.flatMap(([from, to]): Case[] =>
  (
    [
      [false, false],
      [true, false],
      [false, true],
    ] as const
  ).flatMap(([align, half]): Case[] => {
    const label = `${from} to ${to}, alignCorners ${align}, halfPixelCenters ${half}`;
    const shape = [2, ...from, 3];
    const [bilinear, nearest] = [tf.image.resizeBilinear, tf.image.resizeNearestNeighbor];
    return [
      [`resizeBilinear, ${label}`, (x) => bilinear(x as tf.Tensor4D, [...to], align, half), [shape]],
      [`resizeNearestNeighbor, ${label}`, (x) => nearest(x as tf.Tensor4D, [...to], align, half), [shape]],
    ];
  }),
);

const mirrorCases = (['reflect', 'symmetric'] as const).flatMap((mode): Case[] => [
  [
    `mirrorPad, ${mode}`,
    (x) =>
      tf.mirrorPad(
        x,
        [
          [1, 2],
          [0, 1],
        ],
        mode,
      ),
    [[4, 3]],
  ],
  [
    `mirrorPad of images, ${mode}`,
    (x) =>
      tf.mirrorPad(
        x,
        [
          [0, 0],
          [2, 2],
          [3, 1],
          [0, 0],
        ],
        mode,
      ),
    [[2, 5, 4, 3]],
  ],
]);

const binaryCases = [tf.maximum, tf.minimum, tf.squaredDifference].flatMap((op, i): Case[] => {
  const name = ['maximum', 'minimum', 'squaredDifference'][i] ?? '';
  return [
    [
      [3, 4],
      [3, 4],
    ],
    [[3, 4], [4]],
    [
      [3, 1],
      [2, 1, 4],
    ],
    [[], [5]],
  ].map((shapes): Case => [`${name} of ${JSON.stringify(shapes)}`, op as Op, shapes, smooth]);
});

const cases: Case[] = [...resizeCases, ...mirrorCases, ...binaryCases];

beforeAll(async () => {
  await startOtherBackend();
  await useWasm();
});

describe.each(cases)('%s', (_name, op, shapes, options) => {
  const inputs = (): tf.Tensor[] =>
    shapes.map((shape, i) => tf.tensor(values(tf.util.sizeFromShape(shape), i + 20), shape));

  it.each(['wasm', 'cpu', ...otherBackends])(
    'has the gradient that differences give, on %s',
    async (backend) => {
      await resultsOn(backend, () => {
        expectGradient(op, inputs(), options);
        return [];
      });
    },
  );

  it('agrees with the CPU backend', async () => {
    await expectSameOnCpu(() => tf.grads((...xs) => tf.sum(tf.square(op(...(xs as tf.Tensor[])))))(inputs()));
  });
});
