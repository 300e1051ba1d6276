import { expect, it } from 'vitest';
import type { Box, Layer, Layouts } from './layout.js';
import { type Keypoint, replayKeypoints } from './replay-keypoints.js';

const whole: Box = [0, 0, 4, 8];
const plan = { method: 'place', shape: [2, 4, 8] as const };
const own: Layer = { source: 0, from: whole, to: whole };
const shrunk: Layer = { source: 1, from: whole, to: [2, 4, 4, 8] };
const layouts: Layouts = { place: () => ({ size: [4, 8], rows: [[own, shrunk]] }) };
const points: (Keypoint & { joint: string })[][] = [
  [
    { point: [0.5, 0.5], joint: 'hand' },
    { point: [1.999, 4], joint: 'knee', visible: false },
    { point: [2, 4], joint: 'foot' },
  ],
  [{ point: [3, 6], joint: 'head' }],
];

it('moves points with their image, and drops those whose pixel shows another one', () => {
  expect(replayKeypoints(points, plan, layouts)).toEqual([
    [
      { point: [0.5, 0.5], joint: 'hand', visible: true, share: 1, source: 0 },
      { point: [1.999, 4], joint: 'knee', visible: false, share: 1, source: 0 },
      { point: [3.5, 7], joint: 'head', visible: true, share: 1, source: 1 },
    ],
  ]);
});

it('keeps hidden points where asked to, marked', () => {
  const [found = []] = replayKeypoints(points, plan, layouts, { hidden: 'keep' });
  expect(found.map(({ joint, visible }) => [joint, visible])).toEqual([
    ['hand', true],
    ['knee', false],
    ['foot', false],
    ['head', true],
  ]);
  expect(found[2]?.share).toBe(0);
  const crop: Layouts = {
    place: () => ({ size: [4, 8], rows: [[{ ...own, from: [2, 0, 4, 8], to: [0, 0, 2, 8] }]] }),
  };
  const [outside] = replayKeypoints(points, plan, crop, { hidden: 'keep' })[0] ?? [];
  expect(outside).toEqual({ point: [-1.5, 0.5], joint: 'hand', visible: false, share: 0, source: 0 });
});

it('keeps the points of blended images with their shares, unless they are too faint', () => {
  const blended = (opacity: number): Layouts => ({
    place: () => ({ size: [4, 8], rows: [[own, { source: 1, from: whole, to: whole, opacity }]] }),
  });
  const shares = (opacity: number) =>
    replayKeypoints(points, plan, blended(opacity))[0]?.map(({ share }) => share);
  expect(shares(0.25)).toEqual([0.75, 0.75, 0.75, 0.25]);
  expect(shares(0.03)?.length).toBe(3);
});

it('refuses what is no point, and lists that do not fit', () => {
  const broken = [[{ point: [1, Number.NaN] as const }], []];
  expect(() => replayKeypoints(broken, plan, layouts)).toThrow(
    /replayKeypoints: points must have a point \[y, x\] each; got \[1,null\]/,
  );
  expect(() => replayKeypoints([[]], plan, layouts)).toThrow(
    /points must be a list for each of the plan's 2/,
  );
  expect(() => replayKeypoints(points, plan, layouts, { hidden: 'hide' as never })).toThrow(/hidden must be/);
});
