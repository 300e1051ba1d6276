import {
  type Batch,
  byProgress,
  choose,
  createRng,
  during,
  firstHalf,
  identity,
  type MixedBatch,
  type Mixer,
  perSample,
  repeat,
  replayBoxes,
  replayKeypoints,
  replayLabelMaps,
  withProb,
} from '@mix/core';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as handcrafted from '../index.js';
import {
  acrossHalves,
  cutmix,
  cutout,
  derange,
  differentClass,
  fmix,
  gmix,
  gridmask,
  gridmix,
  hideAndSeek,
  hmix,
  layoutAugmix,
  layoutManifoldMixup,
  mixup,
  mosaic,
  otherHalf,
  planAugmix,
  planCutmix,
  planManifoldMixup,
  randomErasing,
  remix,
  resizemix,
  reverse,
  ricap,
  roll,
  smoothmix,
  softCrop,
  stackmix,
  withLabels,
} from '../index.js';

useBackend('cpu');

const layouts = {
  mixup: handcrafted.layoutMixup,
  cutmix: handcrafted.layoutCutmix,
  fmix: handcrafted.layoutFmix,
  gmix: handcrafted.layoutGmix,
  gridmix: handcrafted.layoutGridmix,
  hmix: handcrafted.layoutHmix,
  resizemix: handcrafted.layoutResizemix,
  smoothmix: handcrafted.layoutSmoothmix,
  ricap: handcrafted.layoutRicap,
  mosaic: handcrafted.layoutMosaic,
  stackmix: handcrafted.layoutStackmix,
  cutout: handcrafted.layoutCutout,
  randomErasing: handcrafted.layoutRandomErasing,
  gridmask: handcrafted.layoutGridmask,
  hideAndSeek: handcrafted.layoutHideAndSeek,
  softCrop: handcrafted.layoutSoftCrop,
};

const soften = { numClasses: 3 };
const elem = { mode: 'elem' } as const;

/** Every pixel of these is one pixel of a source, or a blend of several at the same place. */
const table: [name: string, mixer: Mixer][] = [
  ['mixup', mixup()],
  ['mixup, elem, own share first', mixup({ ...elem, alpha: 0.2, fold: true })],
  ['mixup, across halves', mixup({ pairing: acrossHalves })],
  ['cutmix', cutmix()],
  ['cutmix, elem, roll', cutmix({ ...elem, pairing: roll, correctLam: false })],
  ['cutmix, sides of timm', cutmix({ ratioMinMax: [0, 1], mode: 'pair' })],
  ['fmix', fmix()],
  ['fmix, soft edges', fmix({ ...elem, maxSoft: 0.4 })],
  ['gmix', gmix(elem)],
  ['gridmix', gridmix(elem)],
  ['gridmix, cells', gridmix({ ...elem, variant: 'cells', grid: 3 })],
  ['hmix', hmix(elem)],
  ['resizemix', resizemix({ pairing: derange })],
  ['resizemix, elem', resizemix({ ...elem, pairing: derange, placement: 'inside' })],
  ['smoothmix', smoothmix({ ...elem, labels: 'openmixup' })],
  ['ricap', ricap()],
  ['ricap, elem', ricap({ ...elem, beta: 1 })],
  ['stackmix', stackmix()],
  ['stackmix, wide', stackmix({ axis: 'width' })],
  ['cutout', cutout({ length: 4, holes: 2, soften })],
  ['randomErasing', randomErasing({ prob: 0.8, count: 2 })],
  ['gridmask', gridmask({ period: [2, 5] })],
  ['hideAndSeek', hideAndSeek({ sizes: [0, 2, 3] })],
  ['softCrop', softCrop({ soften, sigma: 2, background: 0 })],
  ['partners by class', withLabels(differentClass, (pairing) => cutmix({ pairing }))],
  ['remix', remix(cutmix(elem), { counts: [9, 1, 1] })],
  ['timm', withProb(choose([mixup({ pairing: reverse }), cutmix({ pairing: reverse })]), 0.8)],
  ['torchvision', choose([mixup({ pairing: roll }), cutmix({ pairing: roll })])],
  ['a mixer for each row', perSample([mixup(elem), hmix(elem), cutout({ length: 4 }), identity])],
  ['a schedule', byProgress((progress) => during(withProb(cutmix(), progress), { to: 0.6 }))],
  ['repeat', repeat(choose([cutmix(), identity]), 2)],
  ['the first half', firstHalf(cutmix({ pairing: otherHalf }))],
];

/** Images are resized with interpolation: pixels come from several of a source. */
const stretching: [name: string, mixer: Mixer][] = [
  ['resizemix, bilinear', resizemix({ ...elem, interpolation: 'bilinear' })],
  ['mosaic', mosaic()],
  ['mosaic, anywhere', mosaic({ between: [0, 1] })],
];

interface Case {
  readonly seed: number;
  readonly size: number;
  readonly height: number;
  readonly width: number;
}

/** Mixes images with the given channels, `channel(row, y, x)`, of value 1. */
function mix(name: string, mixer: Mixer, given: Case, channels: number, channel: ChannelOf): Mixed {
  const size = name.includes('half') || name.includes('halves') ? 2 * given.size : given.size;
  const { height, width } = given;
  const maps = tf.buffer([size, height, width], 'int32');
  for (let row = 0; row < size; row++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) maps.set(channel(row, y, x), row, y, x);
    }
  }
  const ids = maps.toTensor() as tf.Tensor3D;
  const images = tf.cast(tf.oneHot(ids, Math.max(channels * size, 2)), 'float32') as tf.Tensor4D;
  const labels = tf.tensor1d(
    Array.from({ length: size }, (_, row) => row % 3),
    'int32',
  );
  const batch: Batch = { images, labels };
  const mixed = mixer(batch, { rng: createRng(given.seed), progress: 0.5 });
  return { ids, size, mixed, plan: JSON.parse(JSON.stringify(mixed.plan)) };
}

type ChannelOf = (row: number, y: number, x: number) => number;

interface Mixed {
  readonly ids: tf.Tensor3D;
  readonly size: number;
  readonly mixed: MixedBatch;
  readonly plan: MixedBatch['plan'];
}

/** Mixes images of which every pixel has a channel of its own. */
function mixPixels(name: string, mixer: Mixer, given: Case): Mixed {
  const { height, width } = given;
  const area = height * width;
  return mix(name, mixer, given, area, (row, y, x) => row * area + y * width + x);
}

/** Tries sizes from 1 to 4 rows of up to 7x7 pixels. */
function check(property: (given: Case) => void): void {
  for (let seed = 0; seed < 7; seed++) {
    const rng = createRng(seed);
    const size = seed === 0 ? 1 : 1 + rng.integer(4);
    property({ seed, size, height: 1 + rng.integer(7), width: 1 + rng.integer(7) });
  }
}

describe.each([...table, ...stretching])('%s, on label maps', (name, mixer) => {
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());

  it('takes every label from the pixel that the image shows most of', () => {
    check((given) => {
      const { ids, mixed, plan } = mixPixels(name, mixer, given);
      const replayed = replayLabelMaps(ids, plan, layouts, { hidden: -1 });
      expect(replayed.dtype).toBe('int32');
      expect(replayed.shape).toEqual(mixed.images.shape.slice(0, 3));
      const got = replayed.dataSync();
      const { values, indices } = tf.topk(tf.reshape(mixed.images, [got.length, -1]), 2);
      const [best, which] = [values.dataSync(), indices.dataSync()];
      got.forEach((label, pixel) => {
        const [first, second] = [best[2 * pixel] as number, best[2 * pixel + 1] as number];
        if (first === 0) expect(label).toBe(-1);
        else if (first - second > 1e-4) expect(label).toBe(which[2 * pixel]);
        else expect([which[2 * pixel], which[2 * pixel + 1]]).toContain(label);
      });
    });
  });

  it('blends soft labels as the images are blended', () => {
    check((given) => {
      const three = (row: number, y: number, x: number): number => (row + 2 * y + x * x) % 3;
      const { ids, mixed, plan } = mix(name, mixer, { ...given, size: given.size + 2 }, 1, three);
      const tensors = tf.memory().numTensors;
      const soft = replayLabelMaps(ids, plan, layouts, { soft: true, numClasses: 3 });
      expect(tf.memory().numTensors).toBe(tensors + 1);
      const wanted = tf.slice(mixed.images, [0, 0, 0, 0], [-1, -1, -1, 3]);
      expect(soft.shape).toEqual(wanted.shape);
      const stretched = stretching.some(([stretch]) => stretch === name);
      const compared = stretched ? [tf.sum(soft, 3), tf.sum(wanted, 3)] : [soft, wanted];
      const [got, images] = compared.map((x) => x.dataSync()) as [Float32Array, Float32Array];
      got.forEach((value, index) => expect(value).toBeCloseTo(images[index] as number, 5));
    });
  });
});

it('lays out the plans of every mixer', () => {
  const methods = Object.keys(handcrafted).flatMap((name) => /^apply([A-Z]\w*)$/.exec(name)?.[1] ?? []);
  expect(methods.length).toBeGreaterThan(15);
  expect(methods.filter((method) => !(`layout${method}` in handcrafted))).toEqual([]);
});

it('refuses what no image shows, with the reason', () => {
  const plan = planManifoldMixup([2, 4, 4], createRng(0));
  expect(() => replayBoxes([[], []], plan, { manifoldMixup: layoutManifoldMixup })).toThrow(
    /layoutManifoldMixup: a plan of 'manifoldMixup' mixes the features of stage \d, so that no image shows/,
  );
  expect(() => replayKeypoints([[], []], plan, {})).toThrow(
    /replayKeypoints: plan.method must have a layout; got "manifoldMixup". Pass { manifoldMixup: layoutManifoldMixup }/,
  );
});

it('lets annotations stay under AugMix, unless a chain moves the image', () => {
  const draw = (ops: readonly handcrafted.AugmixOp[]) => planAugmix([1, 4, 4], createRng(0), { ops });
  const objects = [[{ box: [0, 1, 2, 3] as const }]];
  const replayed = replayBoxes(objects, draw(['equalize', 'solarize']), { augmix: layoutAugmix });
  expect(replayed).toEqual([[{ box: [0, 1, 2, 3], source: 0, visible: 1, share: 1 }]]);
  expect(() => replayBoxes(objects, draw(['rotate']), { augmix: layoutAugmix })).toThrow(
    /layoutAugmix: a chain with 'rotate' moves the image/,
  );
});

it('refuses plans that place images where there is no room', () => {
  const plan = {
    ...planCutmix([2, 4, 4], createRng(0)),
    boxes: [
      [0, 0, 5, 1],
      [0, 0, 1, 1],
    ],
  };
  expect(() => replayBoxes([[], []], plan, layouts)).toThrow(/layoutCutmix: plan.boxes must be whole pixels/);
});

describe.each(table)('%s, on boxes and key points', (name, mixer) => {
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());

  it('keeps of each box what the image shows of it', () => {
    check((given) => {
      const rng = createRng(given.seed + 1);
      const draw = (side: number): [number, number] => {
        const start = rng.integer(side);
        return [start, start + 1 + rng.integer(side - start)];
      };
      const boxes = Array.from({ length: 2 * given.size }, () => {
        const [[y1, y2], [x1, x2]] = [draw(given.height), draw(given.width)];
        return [y1, x1, y2, x2] as const;
      });
      // Channel 2·row shows the row's object, channel 2·row + 1 what is around it.
      const { size, mixed, plan } = mix(name, mixer, given, 2, (row, y, x) => {
        const [y1, x1, y2, x2] = boxes[row] as (typeof boxes)[number];
        return 2 * row + (y >= y1 && y < y2 && x >= x1 && x < x2 ? 0 : 1);
      });
      const objects = boxes.slice(0, size).map((box, id) => [{ box, id }]);
      const options = { minVisible: 0, minShare: 0.1 };
      const shown = replayBoxes(objects, plan, layouts, options);
      const shrinks = name.includes('resizemix');
      const pixels = mixed.images.arraySync();
      expect(shown.length).toBe(pixels.length);
      pixels.forEach((image, row) => {
        for (let source = 0; source < size; source++) {
          const found = (shown[row] ?? []).filter((object) => object.source === source);
          const [y1, x1, y2, x2] = boxes[source] as (typeof boxes)[number];
          const parts = image.flatMap((line, y) =>
            line.flatMap((pixel, x) => {
              const share = pixel[2 * source] as number;
              return share >= 0.1 ? [{ y, x, share }] : [];
            }),
          );
          for (const object of found) expect(object.id).toBe(source);
          if (shrinks && (source !== row || size === 1)) continue;
          const area = found.reduce((sum, { visible }) => sum + visible, 0) * (y2 - y1) * (x2 - x1);
          expect(area).toBeCloseTo(parts.length, 4);
          // A source that is shown at two places has a box for each.
          if (found.length !== 1) continue;
          expect(found[0]?.box).toEqual([
            Math.min(...parts.map(({ y }) => y)),
            Math.min(...parts.map(({ x }) => x)),
            Math.max(...parts.map(({ y }) => y)) + 1,
            Math.max(...parts.map(({ x }) => x)) + 1,
          ]);
          const mean = parts.reduce((sum, { share }) => sum + share, 0) / parts.length;
          expect(found[0]?.share).toBeCloseTo(mean, 5);
        }
      });
    });
  });

  it('keeps the key points whose pixel the image shows, where it shows it', () => {
    check((given) => {
      const { ids, size, mixed, plan } = mixPixels(name, mixer, given);
      const { height, width } = given;
      const centre = (pixel: number) => [Math.floor(pixel / width) + 0.5, (pixel % width) + 0.5] as const;
      const points = Array.from({ length: size }, (_, row) =>
        Array.from({ length: height * width }, (_, pixel) => ({
          point: centre(pixel),
          id: row * height * width + pixel,
        })),
      );
      const shown = replayKeypoints(points, plan, layouts, { minShare: 0.1 });
      const pixels = mixed.images.arraySync();
      const labels = replayLabelMaps(ids, plan, layouts).arraySync();
      pixels.forEach((image, row) => {
        if (name.includes('resizemix')) {
          for (const { point, source } of shown[row] ?? []) {
            const label = labels[row]?.[Math.floor(point[0])]?.[Math.floor(point[1])] as number;
            expect(Math.floor(label / (height * width))).toBe(source);
          }
          return;
        }
        const wanted = image.flatMap((line, y) =>
          line.flatMap((pixel, x) =>
            pixel.flatMap((share, id) => (share >= 0.1 ? [`${id} at ${y + 0.5},${x + 0.5}`] : [])),
          ),
        );
        const got = (shown[row] ?? []).map(({ id, point, visible }) => {
          expect(visible).toBe(true);
          return `${id} at ${point}`;
        });
        expect(got.toSorted()).toEqual(wanted.toSorted());
      });
    });
  });
});
