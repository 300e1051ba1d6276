import { expect, it } from 'vitest';
import type { Box, Layer, Layouts } from './layout.js';
import { replayBoxes } from './replay-boxes.js';

const whole: Box = [0, 0, 8, 8];
const plan = { method: 'place', shape: [2, 8, 8] as const };
const own: Layer = { source: 0, from: whole, to: whole };
const place = (...layers: readonly Layer[]): Layouts => ({
  place: () => ({ size: [8, 8], rows: [layers] }),
});
const objects = [
  [
    { box: [1, 1, 5, 5] as Box, label: 'a' },
    { box: [6, 0, 8, 2] as Box, label: 'b' },
  ],
  [{ box: [2, 4, 6, 8] as Box, label: 'c' }],
];

it('clips boxes to what is visible, and carries the rest of an object along', () => {
  const cut: Layer = { source: 1, from: [0, 3, 8, 8], to: [0, 3, 8, 8] };
  expect(replayBoxes(objects, plan, place(own, cut))).toEqual([
    [
      { box: [1, 1, 5, 3], label: 'a', visible: 0.5, share: 1, source: 0 },
      { box: [6, 0, 8, 2], label: 'b', visible: 1, share: 1, source: 0 },
      { box: [2, 4, 6, 8], label: 'c', visible: 1, share: 1, source: 1 },
    ],
  ]);
});

it('keeps the box of an object with a hole in it', () => {
  const hole: Layer = { source: 1, from: [2, 2, 4, 4], to: [2, 2, 4, 4] };
  const [found = []] = replayBoxes(objects, plan, place(own, hole));
  expect(found.map(({ label, visible }) => [label, visible])).toEqual([
    ['a', 0.75],
    ['b', 1],
  ]);
  expect(found[0]?.box).toEqual([1, 1, 5, 5]);
});

it('moves and scales boxes with their image, fractions included', () => {
  const shrunk: Layer = { source: 1, from: whole, to: [4, 2, 8, 8] };
  const [found = []] = replayBoxes(objects, plan, place(own, shrunk));
  expect(found.at(-1)).toEqual({ box: [5, 5, 7, 8], label: 'c', visible: 1, share: 1, source: 1 });
  const third: Layer = { source: 1, from: whole, to: [0, 0, 3, 3] };
  const [box] = replayBoxes([[], [{ box: [1, 1, 4, 7] as Box }]], plan, place(own, third))[0] ?? [];
  expect(box?.box).toEqual([0.375, 0.375, 1.5, 2.625]);
  expect(box?.visible).toBeCloseTo(1, 12);
  const crop: Layer = { source: 1, from: [4, 4, 8, 8], to: [0, 0, 4, 4] };
  expect(replayBoxes(objects, plan, place(crop))[0]).toEqual([
    { box: [0, 0, 2, 4], label: 'c', visible: 0.5, share: 1, source: 1 },
  ]);
});

it('drops boxes below the threshold', () => {
  const cut: Layer = { source: 1, from: [0, 2, 8, 8], to: [0, 2, 8, 8] };
  const labels = (minVisible: number) =>
    replayBoxes(objects, plan, place(own, cut), { minVisible })[0]?.map(({ label }) => label);
  expect(labels(0.25)).toEqual(['a', 'b', 'c']);
  expect(labels(0.26)).toEqual(['b', 'c']);
});

it('keeps the boxes of blended images with their shares, unless they are too faint', () => {
  const shares = (opacity: number, minShare?: number) =>
    replayBoxes(
      objects,
      plan,
      place(own, { ...own, source: 1, opacity }),
      minShare === undefined ? {} : { minShare },
    )[0]?.map(({ label, share, visible }) => [label, share, visible]);
  expect(shares(0.25)).toEqual([
    ['a', 0.75, 1],
    ['b', 0.75, 1],
    ['c', 0.25, 1],
  ]);
  expect(shares(0.03125)?.length).toBe(2);
  expect(shares(0.03125, 0.01)?.length).toBe(3);
  expect(shares(0, 0)?.length).toBe(2);
});

it('gives an image mixed with itself its boxes once', () => {
  const found = replayBoxes(objects, plan, place(own, { ...own, opacity: 0.3 }));
  expect(found[0]?.map(({ label, share }) => [label, share])).toEqual([
    ['a', 1],
    ['b', 1],
  ]);
});

it('refuses what is no box, and lists that do not fit', () => {
  const refused = (box: readonly number[]) => () =>
    replayBoxes([[{ box: box as never as Box }], []], plan, place(own));
  expect(refused([1, 1, 1, 3])).toThrow(/replayBoxes: objects must have boxes .*; got \[1,1,1,3\]/);
  expect(refused([1, 1, 2])).toThrow(/boxes/);
  expect(refused([1, 1, 2, Number.NaN])).toThrow(/boxes/);
  expect(() => replayBoxes([[]], plan, place(own))).toThrow(
    /objects must be a list for each of the plan's 2 images; got 1/,
  );
  expect(() => replayBoxes(objects, plan, place(own), { minVisible: 2 })).toThrow(/minVisible must be/);
});
